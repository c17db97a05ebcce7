"""Ports of this machine that lead to a VM on another one: an ssh that runs as long as the VM is used.

Its end on this machine is an address of loopback that is the VM's alone.
"""

import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from understudy.config.model import Config
from understudy.config.web_ports import WebPorts
from understudy.errors import ConfigError, Unreachable
from understudy.local.atomic_write import atomic_write
from understudy.local.exclusive_lock import exclusive_lock
from understudy.paths import Project
from understudy.vm import host_errors
from understudy.vm.vm_host import VmHost

# Free for every user of this machine, and for two VMs at once: each has an address of its own.
SSH_PORT = 22022
TARGET = "vagrant"
WEB_PORTS = WebPorts(http=20080, https=20443)
_SECONDS_TO_START = 60
_SECONDS_TO_END = 5
# A machine that is gone without a word ends it, and the next command starts it again.
_OPTIONS = (
    *("-N", "-n", "-o", "ExitOnForwardFailure=yes"),
    *("-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3"),
    # A connection that others share would outlive it, or end it.
    *("-o", "ControlMaster=no", "-o", "ControlPath=none"),
)


@dataclass(frozen=True)
class Tunnel:
    """To the VM of a project. to: the VM's address on its machine. folder: of its state and log."""

    host: VmHost
    address: str
    to: str
    folder: Path

    def ensure(self) -> bool:
        """Whether it was started by this. Raises Unreachable if it can't be."""
        if self._is_open():
            return False
        with exclusive_lock(self.folder):
            if self._is_open():
                return False
            self.close()
            self._start()
        return True

    def close(self) -> None:
        """Ends it, if it runs."""
        pid = self._kept().get("pid")
        if isinstance(pid, int) and self._is_ours(pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + _SECONDS_TO_END
            while self._is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        self._file.unlink(missing_ok=True)

    @property
    def words(self) -> list[str]:
        pairs = ((SSH_PORT, 22), (WEB_PORTS.http, 80), (WEB_PORTS.https, 443))
        forwards = [
            word for own, port in pairs for word in ("-L", f"{self.address}:{own}:{self.to}:{port}")
        ]
        return self.host.ssh(*_OPTIONS, *forwards)

    def _start(self) -> None:
        if self._answers():
            raise host_errors.no_tunnel(self.address, SSH_PORT)
        log = self.folder / "tunnel.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                self.words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C on the terminal is for the command, not for what others use as well.
                start_new_session=True,
            )
        atomic_write(self._file, json.dumps({"pid": process.pid, "words": self.words}))
        deadline = time.monotonic() + _SECONDS_TO_START
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise self._failed(log.read_text(errors="replace"))
            time.sleep(0.05)

    def _failed(self, errors: str) -> Unreachable:
        if taken := re.search(r"^bind \[\S+\]:(\d+): Address already in use", errors, re.MULTILINE):
            return host_errors.no_tunnel(self.address, int(taken[1]))
        return self.host.unreachable(errors)

    def _is_open(self) -> bool:
        """Whether it leads where it is to lead: the VM's address may have changed since."""
        return self._kept().get("words") == self.words and self._answers()

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self.address, SSH_PORT), timeout=2):
                return True
        except OSError:
            return False

    def _is_ours(self, pid: int) -> bool:
        """Whether that process is ssh with these words: another one may have its number by now."""
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        return self.address.encode() in command

    @property
    def _file(self) -> Path:
        return self.folder / "tunnel.json"

    def _kept(self) -> dict[str, object]:
        with suppress(OSError, ValueError):
            kept: dict[str, object] = json.loads(self._file.read_text())
            return kept
        return {}


def address_here(project: Project, name: str) -> str:
    """This machine's address for the VM of that name: in 127.64.0.0/10, the same each time."""
    digest = sha256(f"{project.directory.absolute()}\0{name}".encode()).digest()
    return f"127.{64 + digest[0] % 64}.{digest[1]}.10"


def ends(project: Project, config: Config) -> dict[str, object]:
    """Keys of the VM's target: where it is reached from here; none if the VM is on this machine.

    Raises ConfigError if deploy.yml has an address there.
    """
    if not config.vm.host:
        return {}
    target = config.targets[TARGET]
    if target.address:
        raise ConfigError(
            f"targets.{TARGET}.address can't be set with vm.host: the VM is reached through a tunnel",
            hint=f"Remove it. The VM's address on {VmHost(config.vm.host).name} is vm.address.",
        )
    address = address_here(project, config.vm.name)
    return {"address": address, "port": SSH_PORT, "web_ports": WEB_PORTS}


def of(project: Project, config: Config) -> Tunnel | None:
    """None if the VM is on this machine, or has no address yet."""
    vm = config.vm
    if not vm.host or not vm.address:
        return None
    folder = project.state / "vm" / vm.name
    return Tunnel(VmHost(vm.host), address_here(project, vm.name), vm.address, folder)
