"""Signs files with SSH keys and checks such signatures, by `ssh-keygen -Y`: see ssh-keygen(1)."""

import os
import subprocess
from pathlib import Path

from understudy.errors import ConfigError, Refused, StepFailed, Unreachable

# Part of each signature: one that was made for another purpose, such as a commit, is not valid here.
_USUAL_KEY = "~/.ssh/understudy"
NAMESPACE = "understudy-rehearsal"
# A hardware key may wait for a touch.
SECONDS = 60
OLD = ("unknown option", "illegal option", "invalid option", "unsupported operation for -y")


def sign(file: Path, key: Path) -> Path:
    """Signs a file with a private key, or with a public key whose private key ssh-agent holds.

    Writes the signature to FILE.sig and returns that path. Raises ConfigError if there is no such key,
    StepFailed if the key can't sign, Unreachable if ssh-keygen is missing or too old.
    """
    if not key.is_file():
        raise ConfigError(
            f"receipts.key in deploy.yml names a file that does not exist: {key}",
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
        cause="the key has a passphrase, and ssh-agent doesn't hold the key" if locked else "",
        hint=f"ssh-add {key}" if locked else "receipts.key in deploy.yml must name an SSH key.",
    )


def check(file: Path, signature: Path, allowed_signers: Path, namespace: str = NAMESPACE) -> str:
    """The signer of the file, by the name in allowed_signers (format: ssh-keygen(1)).

    Raises Refused if the file isn't signed, was changed since, or is signed by a key that may not sign;
    Unreachable if ssh-keygen is missing or too old.
    """
    if not signature.is_file():
        raise Refused(
            f"{file.name} is not signed",
            hint=f"Set `key: {_USUAL_KEY}` under receipts: in deploy.yml, run once what is below, and rehearse "
            f"again. docs/receipts.md has more.\n    ssh-keygen -t ed25519 -f {_USUAL_KEY}\n"
            f"    {allow(allowed_signers, _USUAL_KEY)}",
        )
    made = ("-n", namespace, "-s", signature)
    valid = _ssh_keygen("check-novalidate", file, *made)
    if valid.returncode:
        raise Refused(
            f"the signature of {file.name} does not match the file",
            details=_text(valid.stderr),
            hint="python deploy.py rehearse writes a new receipt.",
        )
    # Good "understudy-rehearsal" signature with ED25519 key SHA256:…
    key = _text(valid.stdout).rpartition(" ")[2]
    if not allowed_signers.is_file():
        raise Refused(
            f"there is no file {allowed_signers}, so no key may sign", hint=allow(allowed_signers)
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
        hint=f"{allowed_signers} lists the keys that may sign. {allow(allowed_signers)}",
    )


def allow(allowed_signers: Path, key: str = "KEY") -> str:
    """The shell command that lets a key sign."""
    return f'echo "$USER@$(hostname) namespaces=\\"{NAMESPACE}\\" $(cat {key}.pub)" >> {allowed_signers}'


def _ssh_keygen(what: str, file: Path, *words: object) -> subprocess.CompletedProcess[bytes]:
    """Runs ssh-keygen -Y on a file's content, without a terminal, so that it can't wait for a passphrase."""
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
            f"ssh-keygen -Y {what} did not end within {SECONDS} s",
            hint="A hardware key waits for a touch.",
        ) from None
    if done.returncode and any(word in _text(done.stderr).lower() for word in OLD):
        raise Unreachable(
            "ssh-keygen is too old for signatures",
            details=_text(done.stderr),
            hint="Install OpenSSH 8.8 or later.",
        )
    return done


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()
