"""Signatures by the real ssh-keygen: which are valid, and what is reported of the others."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.errors import ConfigError, Refused, StepFailed, Unreachable
from understudy.receipts import signing


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "r.json"
    made.write_text("{}\n")
    return made


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An ssh-agent for this test alone."""
    socket = tmp_path / "agent"
    with subprocess.Popen(
        ["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        process.stdout.readline()  # it prints a line once it listens
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        yield
        process.terminate()


@pytest.fixture(autouse=True)
def _no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def test_a_valid_signature_names_the_signer(file: Path, keys: Path) -> None:
    signature = signing.sign(file, keys / "ann")

    assert signature == file.with_name("r.json.sig")
    assert signing.check(file, signature, keys / "allowed_signers") == "ann@desk"


def test_signing_again_replaces_the_signature(file: Path, keys: Path) -> None:
    signing.sign(file, keys / "mallory")
    file.write_text("[]\n")

    signature = signing.sign(file, keys / "ann")

    assert signing.check(file, signature, keys / "allowed_signers") == "ann@desk"


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("name", ["locked", "locked.pub"])
def test_the_agent_signs_with_a_key_that_has_a_passphrase(
    name: str, file: Path, keys: Path, tmp_path: Path
) -> None:
    ask = tmp_path / "ask"
    ask.write_text("#!/bin/sh\necho hunter2\n")
    ask.chmod(0o755)
    given = {**os.environ, "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force"}
    subprocess.run(["ssh-add", "-q", keys / "locked"], env=given, check=True)

    assert signing.sign(file, keys / name).read_text().startswith("-----BEGIN SSH SIGNATURE")


def test_a_key_with_a_passphrase_fails_at_once_without_an_agent(file: Path, keys: Path) -> None:
    with pytest.raises(StepFailed, match="can't sign") as raised:
        signing.sign(file, keys / "locked")

    assert "passphrase" in raised.value.cause
    assert raised.value.hint.startswith("ssh-add ")


def test_a_missing_key_is_a_config_error(file: Path, keys: Path) -> None:
    with pytest.raises(ConfigError, match=r"receipts\.key"):
        signing.sign(file, keys / "missing")


def test_a_file_that_is_no_key_cannot_sign(file: Path) -> None:
    with pytest.raises(StepFailed, match="can't sign") as raised:
        signing.sign(file, file)

    assert "must name an SSH key" in raised.value.hint


def test_a_file_without_a_signature_is_refused(file: Path, keys: Path) -> None:
    with pytest.raises(Refused, match="is not signed"):
        signing.check(file, file.with_name("r.json.sig"), keys / "allowed_signers")


def test_a_changed_file_is_refused(file: Path, keys: Path) -> None:
    signature = signing.sign(file, keys / "ann")
    file.write_text("[]\n")

    with pytest.raises(Refused, match="does not match the file") as raised:
        signing.check(file, signature, keys / "allowed_signers")

    assert "python deploy.py rehearse" in raised.value.hint


def test_a_text_that_is_no_signature_is_refused(file: Path, keys: Path) -> None:
    signature = file.with_name("r.json.sig")
    signature.write_text("Yours sincerely")

    with pytest.raises(Refused, match="does not match the file"):
        signing.check(file, signature, keys / "allowed_signers")


def test_a_signature_for_another_purpose_is_refused(file: Path, keys: Path) -> None:
    words = ("-q", "-Y", "sign", "-n", "git", "-f", keys / "ann", file)
    subprocess.run(["ssh-keygen", *words], check=True, capture_output=True)

    with pytest.raises(Refused) as raised:
        signing.check(file, file.with_name("r.json.sig"), keys / "allowed_signers")

    assert "namespace" in raised.value.details


def test_a_key_that_may_not_sign_is_named_by_its_fingerprint(file: Path, keys: Path) -> None:
    signature = signing.sign(file, keys / "mallory")

    with pytest.raises(Refused, match=r"SHA256:.* may not sign") as raised:
        signing.check(file, signature, keys / "allowed_signers")

    assert "allowed_signers" in raised.value.hint


@pytest.mark.parametrize(
    ("option", "message"),
    [('valid-before="20200101"', "has expired"), ('namespaces="git"', "may not sign")],
)
def test_a_key_is_refused_beyond_its_expiry_date_and_namespaces(
    option: str, message: str, file: Path, keys: Path, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ann@desk {option} {(keys / 'ann.pub').read_text()}")

    with pytest.raises(Refused, match=message):
        signing.check(file, signing.sign(file, keys / "ann"), allowed)


def test_the_offered_command_lets_the_key_sign(file: Path, keys: Path, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    signature = signing.sign(file, keys / "mallory")
    with pytest.raises(Refused, match="no key may sign") as raised:
        signing.check(file, signature, allowed)

    command = raised.value.hint.replace("KEY", str(keys / "mallory"))
    assert re.match(r"echo .* >> \S+$", command)
    subprocess.run(["sh", "-c", command], check=True, env={**os.environ, "USER": "mal"})
    assert signing.check(file, signature, allowed).startswith("mal@")


def test_a_missing_ssh_keygen_is_reported(
    file: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unreachable, match="not installed"):
        signing.sign(file, keys / "ann")


def test_an_old_ssh_keygen_is_reported(
    file: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "ssh-keygen"
    old.write_text("#!/bin/sh\necho 'unknown option -- Y' >&2\nexit 1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unreachable, match="too old"):
        signing.sign(file, keys / "ann")
