"""An open connection to a real SSH server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from tests.unit.ssh.servers import running, target_of
from tests.unit.ssh_server import SshServer
from understudy.ssh.connection import SshConnection


@pytest.fixture(scope="module")
def key() -> paramiko.ECDSAKey:
    return paramiko.ECDSAKey.generate()


@pytest.fixture
def server(key: paramiko.ECDSAKey, tmp_path: Path) -> Iterator[SshServer]:
    with running(tmp_path, key) as server:
        yield server


@pytest.fixture
def connection(server: SshServer, tmp_path: Path) -> Iterator[SshConnection]:
    with SshConnection(target_of(server, tmp_path), "deploy") as opened:
        yield opened
