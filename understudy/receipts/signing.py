"""Signatures of files by SSH keys, as git makes them: through `ssh-keygen -Y`, and nowhere else."""

import os
import subprocess
from pathlib import Path

from understudy.errors import ConfigError, Refused, StepFailed, Unreachable

# Stands in each signature: one that was made for another purpose, say for a commit, is none here.
NAMESPACE = "understudy-rehearsal"
# A key in hardware may wait for a touch.
SECONDS = 60
OLD = ("unknown option", "illegal option", "invalid option", "unsupported operation for -y")


def sign(file: Path, key: Path) -> Path:
    """Signs a file with a private key, or with a public one whose private one the agent has.

    Returns the signature's file, beside the signed one. Raises ConfigError if there is no such key,
    StepFailed if it can't sign here, Unreachable if ssh-keygen is missing or too old.
    """
    if not key.is_file():
        raise ConfigError(
            f"receipts.key in deploy.yml: there is no file {key}",
            hint=f"ssh-keygen -t ed25519 -f {key}",
        )
    done = _ssh_keygen("sign", file, "-f", key, "-n", NAMESPACE)
    if done.returncode:
        raise _cannot_sign(key, _text(done.stderr))
    signature = file.with_name(f"{file.name}.sig")
    signature.write_bytes(done.stdout)
    return signature


def _cannot_sign(key: Path, details: str) -> StepFailed:
    locked = "passphrase" in details
    return StepFailed(
        f"{key} can't sign",
        details=details,
        cause="the key has a passphrase, and no agent has the key" if locked else "",
        hint=f"ssh-add {key}" if locked else "receipts.key in deploy.yml must be an SSH key.",
    )


def check(file: Path, signature: Path, allowed_signers: Path, namespace: str = NAMESPACE) -> str:
    """Who signed the file, as allowed_signers calls them.

    Raises Refused if that isn't signed, or not by somebody who may; Unreachable as sign() does.
    """
    if not signature.is_file():
        raise Refused(f"{file.name} is not signed", hint="docs/receipts.md sets signing up.")
    made = ("-n", namespace, "-s", signature)
    valid = _ssh_keygen("check-novalidate", file, *made)
    if valid.returncode:
        raise Refused(
            f"{file.name} is not what was signed",
            details=_text(valid.stderr),
            hint="python deploy.py rehearse writes a new one.",
        )
    # Good "understudy-rehearsal" signature with ED25519 key SHA256:…
    key = _text(valid.stdout).rpartition(" ")[2]
    if not allowed_signers.is_file():
        raise Refused(
            f"there is no file {allowed_signers}, so nobody may sign", hint=allow(allowed_signers)
        )
    found = _ssh_keygen("find-principals", file, "-s", signature, "-f", allowed_signers)
    signer = next(iter(_text(found.stdout).splitlines()), "")
    if found.returncode or not signer:
        raise _not_allowed(file, key, allowed_signers, _text(found.stderr))
    verified = _ssh_keygen("verify", file, *made, "-f", allowed_signers, "-I", signer)
    if verified.returncode:
        raise _not_allowed(file, key, allowed_signers, _text(verified.stderr))
    return signer


def _not_allowed(file: Path, key: str, allowed_signers: Path, details: str) -> Refused:
    expired = "key has expired" in details
    return Refused(
        f"{file.name} is signed by {key}, "
        + ("which has expired" if expired else "which may not sign"),
        details=details,
        hint=f"{allowed_signers} tells which keys may sign. {allow(allowed_signers)}",
    )


def allow(allowed_signers: Path, key: str = "KEY") -> str:
    """The command that lets a key sign."""
    return f'echo "$USER@$(hostname) namespaces=\\"{NAMESPACE}\\" $(cat {key}.pub)" >> {allowed_signers}'


def _ssh_keygen(what: str, file: Path, *words: object) -> subprocess.CompletedProcess[bytes]:
    """Runs it on a file's content. Without a terminal it can't wait for a passphrase."""
    try:
        done = subprocess.run(
            ["ssh-keygen", "-Y", what, *map(str, words)],
            input=file.read_bytes(),
            capture_output=True,
            env={**os.environ, "SSH_ASKPASS_REQUIRE": "never"},
            start_new_session=True,
            timeout=SECONDS,
        )
    except FileNotFoundError:
        raise Unreachable(
            "ssh-keygen is not installed", hint="apt install openssh-client"
        ) from None
    except subprocess.TimeoutExpired:
        raise StepFailed(
            f"ssh-keygen -Y {what}: no end after {SECONDS} s",
            hint="A key in hardware waits for a touch.",
        ) from None
    if done.returncode and any(word in _text(done.stderr).lower() for word in OLD):
        raise Unreachable(
            "ssh-keygen is too old for signatures",
            details=_text(done.stderr),
            hint="OpenSSH 8.8 or later can check them.",
        )
    return done


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()
