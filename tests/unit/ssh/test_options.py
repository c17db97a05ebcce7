"""What Paramiko gets of a target."""

from pathlib import Path

import paramiko
import pytest

from tests.unit.fakes import config
from understudy.ssh import options


def test_key_is_read_once_for_all_hosts_and_again_once_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An RSA key is checked each time: with 64 hosts that was a third of all that this machine did."""
    file, read = tmp_path / "id", list[Path]()
    original = paramiko.PKey.from_path

    def from_path(path: Path) -> paramiko.PKey:
        read.append(path)
        return original(path)

    def fingerprints() -> set[str]:
        given = (
            options.arguments(
                config(target={"key": str(file), "address": address}).target("staging")
            )
            for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3")
        )
        return {arguments["pkey"].fingerprint for arguments in given}

    monkeypatch.setattr(paramiko.PKey, "from_path", from_path)
    for count in (1, 2):
        key = paramiko.ECDSAKey.generate()
        key.write_private_key_file(str(file))
        assert fingerprints() == {key.fingerprint}
        assert read == [file] * count
