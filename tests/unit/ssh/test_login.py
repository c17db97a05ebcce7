"""A quick look logs in without Fabric, unless settings of this machine have a say: then Fabric reads them."""

import io
import re
from pathlib import Path
from typing import Any

import fabric
import paramiko
import pytest

from tests.unit.ssh.servers import target_of
from tests.unit.ssh_server import SshServer
from understudy.config.target import TargetConfig
from understudy.errors import Unreachable
from understudy.ssh import login
from understudy.ssh.connection import SshConnection
from understudy.ssh.dial import Dial

OTHER_HOST = "Host elsewhere.test\n HostName 192.0.2.7\n ProxyJump a.test\n"
UNHEEDED = "Host *\n User root\n Port 2\n ServerAliveInterval 5\n HashKnownHosts yes\n"


def settings(server: SshServer, text: str) -> None:
    """In ~/.ssh/config; HERE is where the server is."""
    file = Path("~/.ssh/config").expanduser()
    file.parent.mkdir()
    file.write_text(text.replace("HERE", f"127.0.0.1:{server.port}"))


def quick(target: TargetConfig) -> SshConnection:
    return SshConnection(target, "deploy", Dial(target.address, target.port))


@pytest.fixture(autouse=True)
def no_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a command of `Match exec`."""
    monkeypatch.setattr("sys.stdin", io.StringIO())


@pytest.fixture
def without_fabric(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Fabric is used")

    monkeypatch.setattr(fabric, "Connection", refuse)


@pytest.mark.usefixtures("without_fabric")
@pytest.mark.parametrize("text", [None, "", OTHER_HOST, UNHEEDED])
def test_quick_look_needs_no_fabric(text: str | None, server: SshServer, tmp_path: Path) -> None:
    if text is not None:
        settings(server, text)
    with quick(target_of(server, tmp_path)) as connection:
        assert connection.run(("printf", "here")).output == "here"


@pytest.mark.parametrize(
    "text",
    [
        "Host *\n HostName 192.0.2.7\n",
        "Host 127.*\n ProxyJump deploy@HERE\n",
        "Host 127.*\n ProxyCommand nc %h %p\n",
        "Host 127.*\n ConnectTimeout 3\n",
        "Host 127.*\n IdentityFile ~/other\n",
        "Match exec true\n User root\n HostName 192.0.2.7\n",
        "a line without a value\n\n=\n",
    ],
)
def test_settings_that_count_are_left_to_fabric(
    text: str, server: SshServer, tmp_path: Path
) -> None:
    target = target_of(server, tmp_path)
    assert login.is_plain(target)

    settings(server, text)

    assert not login.is_plain(target)


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".json", ".py"])
def test_settings_of_fabric_are_left_to_fabric(
    suffix: str, server: SshServer, tmp_path: Path
) -> None:
    Path(f"~/.fabric{suffix}").expanduser().write_text("")

    assert not login.is_plain(target_of(server, tmp_path))


def test_fabric_heeds_no_other_settings() -> None:
    """A new version of Fabric may read more of them."""
    source = Path(fabric.connection.__file__).read_text()
    read = r'self\.ssh_config(?:\[|\.get\(\s*)"(\w+)"'
    asked = r'"(\w+)" in self\.ssh_config'

    found = set(re.findall(read, source)) | set(re.findall(asked, source))

    # The first two are given; agents are forwarded for Fabric's own commands alone.
    assert found == {"user", "port", "forwardagent"} | login.HEEDED


def test_host_of_a_command_in_the_settings_is_reached_though_paramiko_was_imported_without_invoke(
    server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paramiko.config, "invoke", None)
    missing = ImportError("no module named invoke")
    monkeypatch.setattr(paramiko.config, "invoke_import_error", missing)
    settings(server, "Match exec true\n HostName 127.0.0.1\n")
    target = target_of(server, tmp_path).model_copy(update={"address": "name.test"})

    with quick(target) as connection:
        assert connection.run(("printf", "here")).output == "here"


def unknown(server: SshServer, directory: Path) -> None:
    (directory / "known_hosts").write_text("")


def other_host_key(server: SshServer, directory: Path) -> None:
    key = paramiko.ECDSAKey.generate()
    name = f"[127.0.0.1]:{server.port}"
    (directory / "known_hosts").write_text(f"{name} {key.get_name()} {key.get_base64()}\n")


def refused_key(server: SshServer, directory: Path) -> None:
    server.keys.clear()


def missing_key(server: SshServer, directory: Path) -> None:
    (directory / "id").unlink()


def locked_key(server: SshServer, directory: Path) -> None:
    key: Any = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(directory / "id"), password="secret")  # noqa: S106


@pytest.mark.parametrize(
    "spoil",
    [unknown, other_host_key, refused_key, missing_key, locked_key],
    ids=lambda f: f.__name__,
)
def test_refusals_are_those_of_any_connection(
    spoil: Any, server: SshServer, tmp_path: Path
) -> None:
    target = target_of(server, tmp_path)
    spoil(server, tmp_path)

    with pytest.raises(Unreachable) as usual:
        SshConnection(target, "deploy")
    with pytest.raises(Unreachable) as quickly:
        quick(target)

    assert type(quickly.value) is type(usual.value)
    assert (str(quickly.value), quickly.value.hint) == (str(usual.value), usual.value.hint)
    assert quickly.value.details == usual.value.details
