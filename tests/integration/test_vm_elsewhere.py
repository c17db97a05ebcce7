"""`vm.host`: the VM runs under the libvirt of another machine, which is reached by SSH alone.

The other machine is this one: an SSH server of the test leads to its libvirt and to the VM, and nowhere else.
The commands run where there is no other way: in a network without a route, and without libvirt's socket.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from socket import AF_UNIX, socket
from threading import Thread
from typing import Any

import paramiko
import pytest

from tests.integration.guests import VIRSH, output
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Answer, Staging, make_app, run, vm_name
from tests.unit.ssh_server import SshServer
from understudy.vm import tunnel

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.needs("virsh", "vagrant", "unshare", "ip", "chromium"),
]
# In no subnet of the tests' production hosts.
ADDRESS = "10.157.9.10"
NETWORK = vm_name("far")
# Hides libvirt's socket, then runs the words.
_HIDDEN = 'mount -t tmpfs none /run/libvirt && exec "$@"'
_CONNECT = """
import socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect(sys.argv[1])
socket.send_fds(socket.socket(fileno=1), [b"x"], [door.fileno()])
"""


@dataclass(frozen=True)
class Far(Staging):
    """Its commands have no way to the VM but SSH. path: of programs. network: whether they have that of this
    machine.
    """

    path: str = ""
    network: bool = False

    def deploy_py(self, verb: str, *words: str) -> Answer:
        place: tuple[str, ...] = () if self.network else ("ip", "netns", "exec", NETWORK)
        alone = (*place, "unshare", "--mount", "sh", "-c", _HIDDEN, "sh")
        where = ("env", f"PATH={self.path}:{os.environ['PATH']}")
        command = (sys.executable, "deploy.py", verb, "--config", str(self.config), *words)
        return run(*alone, *where, *command)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path_factory.mktemp("there"))}
    with SshServer(environment) as server:
        server.forwards = {(ADDRESS, port): (ADDRESS, port) for port in (22, 80, 443)}
        yield server


@pytest.fixture(scope="module")
def programs(server: SshServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with an ssh that finds the server as `bigbox`, by a Unix socket: it has no other way out."""
    folder = tmp_path_factory.mktemp("client")
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(folder / "key"))
    server.keys.append(key)
    (folder / "known").write_text(
        f"bigbox {server.host_key.get_name()} {server.host_key.get_base64()}\n"
    )
    (folder / "connect.py").write_text(_CONNECT)
    (folder / "config").write_text(
        f"Host bigbox\nProxyCommand {sys.executable} {folder}/connect.py {folder}/door\n"
        f"ProxyUseFdpass yes\nHostKeyAlias bigbox\nIdentityFile {folder}/key\nIdentitiesOnly yes\n"
        f"UserKnownHostsFile {folder}/known\n"
    )
    program = folder / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {folder}/config "$@"\n')
    program.chmod(0o755)
    with socket(AF_UNIX) as door:
        door.bind(str(folder / "door"))
        door.listen()
        Thread(target=_let_in, args=(door, server.port), daemon=True).start()
        yield program.parent


def _let_in(door: socket, port: int) -> None:
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        far = socket()
        far.connect(("127.0.0.1", port))
        for here, there in ((client, far), (far, client)):
            Thread(target=_pump, args=(here, there), daemon=True).start()


def _pump(here: socket, there: socket) -> None:
    with suppress(OSError):
        while piece := here.recv(65536):
            there.sendall(piece)
    with suppress(OSError):
        there.shutdown(2)


@pytest.fixture(scope="module")
def no_route() -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("only root can make a network without a route")
    subprocess.run(["ip", "netns", "delete", NETWORK], capture_output=True)
    output("ip", "netns", "add", NETWORK)
    output("ip", "-n", NETWORK, "link", "set", "lo", "up")
    yield
    output("ip", "netns", "delete", NETWORK)


@pytest.fixture(scope="module")
def far(programs: Path, no_route: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    """Up, from nothing. The box is built, and packages are fetched, with this machine's network."""
    directory = tmp_path_factory.mktemp("far")

    def change(settings: dict[str, Any]) -> None:
        settings["vm"] |= {"name": vm_name("far"), "host": "ssh://ann@bigbox", "address": ADDRESS}
        settings["targets"]["vagrant"]["known_hosts"] = str(directory / "known_hosts")

    made = make_app(PROJECT / "example", directory, change)
    here = Far(made.repository, made.config, str(programs), network=True)
    here.deploy_py("destroy", "--yes")  # what a killed run left
    up = here.deploy_py("up")
    assert up.code == 0
    assert "on ssh://ann@bigbox (vm.host in deploy.yml)" in up.text
    assert here.deploy_py("deploy").code == 0
    yield replace(here, network=False)
    here.deploy_py("destroy", "--yes")


def test_doctor_finds_no_problem(far: Far) -> None:
    doctor = far.deploy_py("doctor")
    assert "✓ libvirt on bigbox" in doctor.text
    assert "✓ SSH to bigbox" in doctor.text
    assert "in use" not in doctor.text


def test_box_was_sent_by_its_version(far: Far) -> None:
    version = (PROJECT / ".understudy" / "boxes" / "bookworm.version").read_text()
    assert f"_{version}_box.img" in output(*VIRSH, "vol-list", "default")
    assert f"understudy-VAGRANTSLASH-bookworm_vagrant_box_image_{version}" in output(
        *VIRSH, "vol-dumpxml", f"{far.vm}.img", "--pool", "default"
    ), "the VM's disk lies on it"


def test_change_goes_live_under_traffic(far: Far) -> None:
    Site(far).retitle("From far away")
    deploy = far.deploy_py("deploy", "--probe")
    assert deploy.code == 0
    assert " 0 lost" in deploy.text
    assert "nothing to do" in far.deploy_py("deploy").text


def test_browser_and_visitors_find_the_site(far: Far) -> None:
    verify = far.deploy_py("verify")
    assert verify.code == 0


def test_commands_of_the_host_work(far: Far) -> None:
    assert "vagrant (127." in far.deploy_py("status").text
    shown = far.deploy_py("ssh", "hostname")
    assert (shown.code, shown.text.split()[-1]) == (0, "understudy")


def test_tunnel_that_was_killed_is_opened_again(far: Far, server: SshServer) -> None:
    for transport in server._transports:
        transport.close()
    assert "vagrant (127." in far.deploy_py("status").text


def test_sleep_snapshots_and_their_restore_are_asked_there(far: Far) -> None:
    words = ("pgrep", "-f", f"{tunnel.SSH_PORT}:{ADDRESS}:22")
    assert far.deploy_py("down").code == 0
    assert output(*VIRSH, "domstate", far.vm).strip() == "shut off"
    assert subprocess.run(words, capture_output=True).returncode == 1, "the tunnel has ended"
    assert far.deploy_py("up").code == 0
    assert subprocess.run(words, capture_output=True).returncode == 0
    assert far.deploy_py("reset").code == 0
    assert far.deploy_py("ssh", "ls", "/srv/todo/current").code != 0, "as just after up"
