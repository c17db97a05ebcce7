"""The tunnel to a VM on another machine: OpenSSH's, to a server of this machine."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
import requests

from tests.unit.ssh_server import SshServer
from tests.unit.web_server import WebServer, reply
from understudy.errors import Unreachable
from understudy.testing.site import Site
from understudy.vm.tunnel import SSH_PORT, WEB_PORTS, Tunnel
from understudy.vm.vm_host import VmHost

# This machine has no way to it.
VM = "192.0.2.10"
pytestmark = pytest.mark.needs("ssh")


@pytest.fixture
def server() -> Iterator[SshServer]:
    with SshServer({"PATH": os.environ["PATH"]}) as server:
        yield server


@pytest.fixture
def host(server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VmHost:
    """The server, as `bigbox`: the settings of a user are those of ssh's -F."""
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(tmp_path / "key"))
    server.keys.append(key)
    (tmp_path / "known").write_text(server.known())
    (tmp_path / "config").write_text(
        f"Host bigbox\nHostName 127.0.0.1\nPort {server.port}\nUser ann\n"
        f"IdentityFile {tmp_path}/key\nIdentitiesOnly yes\nUserKnownHostsFile {tmp_path}/known\n"
    )
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {tmp_path}/config "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return VmHost("ssh://bigbox")


@pytest.fixture
def tunnel(host: VmHost, tmp_path: Path) -> Iterator[Tunnel]:
    # An address of this process's own: tests run at the same time.
    number = os.getpid() % 65536
    tunnel = Tunnel(host, f"127.63.{number // 256}.{number % 256}", VM, tmp_path / "state")
    yield tunnel
    tunnel.close()


def is_open(tunnel: Tunnel) -> bool:
    try:
        with socket.create_connection((tunnel.address, SSH_PORT), timeout=1):
            return True
    except OSError:
        return False


def test_site_on_a_vm_elsewhere_is_found_through_the_tunnel(
    tunnel: Tunnel, server: SshServer
) -> None:
    with WebServer(lambda request: reply(body=request.headers["Host"].encode())) as web:
        server.forwards[VM, 80] = ("127.0.0.1", web.port)
        assert tunnel.ensure()
        site = Site("vagrant", "http://shop.test", tunnel.address, True, ports=WEB_PORTS)
        assert site.get("/").text == "shop.test"
        del server.forwards[VM, 80]
        with pytest.raises(requests.ConnectionError):
            site.get("/")


def test_vm_that_does_not_answer_yet_leaves_the_tunnel_open(
    tunnel: Tunnel, server: SshServer
) -> None:
    with WebServer(lambda _: reply(body=b"up")) as web:
        server.forwards[VM, 80] = ("127.0.0.1", 1)
        tunnel.ensure()
        site = Site("vagrant", "http://shop.test", tunnel.address, True, ports=WEB_PORTS)
        with pytest.raises(requests.ConnectionError):
            site.get("/")

        server.forwards[VM, 80] = ("127.0.0.1", web.port)

        assert not tunnel.ensure()
        assert site.get("/").text == "up"


def test_one_tunnel_serves_all_commands_until_it_is_closed(tunnel: Tunnel) -> None:
    assert [tunnel.ensure(), tunnel.ensure()] == [True, False]
    assert is_open(tunnel)

    tunnel.close()

    assert not is_open(tunnel)
    assert tunnel.ensure(), "after that it is opened again"


def test_vm_that_got_another_address_gets_another_tunnel(tunnel: Tunnel, server: SshServer) -> None:
    tunnel.ensure()
    moved = Tunnel(tunnel.host, tunnel.address, "192.0.2.11", tunnel.folder)
    with WebServer(lambda _: reply(body=b"moved")) as web:
        server.forwards["192.0.2.11", 80] = ("127.0.0.1", web.port)
        assert moved.ensure()
        site = Site("vagrant", "http://shop.test", tunnel.address, True, ports=WEB_PORTS)
        assert site.get("/").text == "moved"


def test_tunnel_that_broke_is_opened_again(tunnel: Tunnel, server: SshServer) -> None:
    tunnel.ensure()
    for transport in server._transports:
        transport.close()

    while is_open(tunnel):
        pass

    assert tunnel.ensure()
    assert is_open(tunnel)


def test_machine_that_refuses_the_key_is_named_with_what_to_do(
    tunnel: Tunnel, server: SshServer
) -> None:
    server.keys.clear()

    with pytest.raises(Unreachable) as raised:
        tunnel.ensure()

    assert raised.value.summary == "no SSH connection to bigbox, which is to run the VM (vm.host)"
    assert "Permission denied" in raised.value.details
    assert "ssh-copy-id ssh://bigbox" in raised.value.hint


def test_address_that_is_taken_is_an_error(tunnel: Tunnel) -> None:
    """And not a tunnel of another one."""
    for port in (WEB_PORTS.http, SSH_PORT):
        with (
            socket.create_server((tunnel.address, port)),
            pytest.raises(Unreachable) as raised,
        ):
            tunnel.ensure()
        assert f"port {port} at {tunnel.address} of this machine is in use" in raised.value.summary
        assert not is_open(tunnel)


def test_script_runs_there(host: VmHost) -> None:
    assert host.run("echo $((6 * 7))") == "42\n"
