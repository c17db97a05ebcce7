"""Starts Pebble and its name server on this machine, and ends them."""

import errno
import fcntl
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack, closing, suppress
from http.client import HTTPException, HTTPSConnection
from types import TracebackType
from typing import Self

from understudy.config.model import Config
from understudy.config.web_ports import HTTP
from understudy.errors import StepFailed, Unreachable
from understudy.local.atomic_write import atomic_write
from understudy.local.bound_process import BoundProcess
from understudy.paths import Project
from understudy.ssh.connection import SshConnection
from understudy.vm.address import TARGET
from understudy.vm.issuer import files as issuer_files
from understudy.vm.issuer import roots, settings, way_back
from understudy.vm.vm_host import VmHost

# It makes two RSA keys first: a third of a second, or seconds on a busy machine.
SECONDS_TO_START = 30
# Another program that has the port may never answer: Pebble, which can't have it, has ended by then.
_SECONDS_TO_ANSWER = 2
_TAIL_LINES = 10
# Of a VM that is emulated.
SECONDS_TO_REACH = 60


class Issuer:
    """Of the VM's certificates. A context manager: at the end of its block no process of it is left."""

    def __init__(self, project: Project, config: Config) -> None:
        target = config.targets.get(TARGET)
        # Of several machines the one that visitors meet has the certificate.
        self._target = target.entrances()[0] if target and settings.has_issuer(target) else None
        self._address = self._target.address if self._target else ""
        self._host, self._inside = config.vm.host, config.vm.address
        self._files = issuer_files.of_vm(project, config.vm.name)
        self._running = ExitStack()
        self._pebble: BoundProcess | None = None
        self._root = ""

    @property
    def is_needed(self) -> bool:
        """Whether the VM's target has `https: auto`, and no other issuer in deploy.yml."""
        return bool(self._address)

    def version(self) -> str:
        """Of Debian's package. Raises Unreachable if it is not installed."""
        _require(settings.PEBBLE)
        words = ["dpkg-query", "-W", "-f", "${Version}", settings.PEBBLE]
        try:
            return subprocess.run(words, capture_output=True, text=True).stdout or "unknown"
        except OSError:
            return "unknown"

    def start(self) -> None:
        """Starts Pebble if it's needed and can be reached: this machine has an address in the VM's network.

        Of several runs with one VM the first one's serves all. Raises Unreachable if Pebble is not installed,
        and StepFailed, with the end of its log, if it does not start.
        """
        here = settings.gateway(self._address) if self.is_needed else ""
        if self._pebble or not here or not _has_address(here) or not self._is_first():
            return
        try:
            self._start(here)
            if self._host:
                self._open_way_back(here)
        except BaseException:
            self._running.close()
            self._pebble = None
            raise

    def ensure(self) -> None:
        """As start(), for a VM that is up. Raises StepFailed, too, if this machine isn't in its network."""
        here = settings.gateway(self._address) if self.is_needed else ""
        if here and not _has_address(here):
            raise StepFailed(
                "the issuer of the VM's certificates can't be started",
                details=f"This machine has no address {here}, where the VM looks for it.",
                hint="`ip address` lists the addresses that it has. `python deploy.py destroy`, then `up`, "
                "make the VM's network again. Or set `https: off` for the VM's target.",
            )
        self.start()

    def forget_roots(self) -> None:
        """No certificate of the VM is left."""
        roots.forget_all(self._files)

    def _is_first(self) -> bool:
        """Whether no other run has a Pebble for this VM. flock(2): the lock goes when this process ends."""
        self._files.folder.mkdir(parents=True, exist_ok=True)
        lock = self._running.enter_context((self._files.folder / "running").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _start(self, here: str) -> None:
        # Imported here: it takes long, and most runs need no certificate.
        from understudy.vm.issuer import authority

        files, (dns, management) = self._files, _free_ports(2)
        authority.ensure_ca(files)
        authority.make_certificate(files, here, settings.gateway(self._inside))
        port = self._target.web_ports.http if self._target else HTTP
        atomic_write(files.settings, settings.pebble_json(files, self._address, management, port))
        for name in (settings.PEBBLE, settings.NAME_SERVER):
            _require(name)
        server = settings.name_server_command(self._address, dns)
        pebble = settings.pebble_command(files, dns)
        names = self._run(BoundProcess(server, files.dns_log, {}))
        self._pebble = self._run(BoundProcess(pebble, files.log, settings.ENVIRONMENT))
        # By its own certificate: another program may have the port.
        self._wait_for(self._pebble, here, settings.PORT, "/dir")
        self._root = self._wait_for(self._pebble, settings.LOOPBACK, management, "/roots/0")
        if names.has_ended():
            raise self._failed(names, "the name server of Pebble")
        roots.keep(files, self._root)

    def _open_way_back(self, here: str) -> None:
        """To Pebble, for a VM on another machine. Raises StepFailed if the VM does not reach it, Unreachable if
        the VM does not answer.
        """
        assert self._target  # noqa: S101 - start() has looked
        there = settings.gateway(self._inside)
        words = way_back.command(VmHost(self._host), there, here)
        way = self._run(BoundProcess(words, self._files.folder / "way-back.log", {}))
        deadline = time.monotonic() + SECONDS_TO_REACH
        with SshConnection(self._target, self._target.admin) as connection:
            while not connection.run(way_back.check(there)).ok:
                if way.has_ended() or time.monotonic() > deadline:
                    raise self._no_way_back(way, there)
                time.sleep(0.2)

    def _no_way_back(self, way: BoundProcess, there: str) -> StepFailed:
        host = VmHost(self._host).name
        return StepFailed(
            f"the VM on {host} does not reach the issuer of its certificates, which is on this machine",
            details="\n".join(way.printed().splitlines()[-_TAIL_LINES:]),
            hint=f"sshd on {host} must forward ports (AllowTcpForwarding yes), the firewall there must "
            f"let in TCP port {settings.PORT} from the VM's network, and {there}:{settings.PORT} must be free. "
            f"The log is {way.log}.",
        )

    def _run(self, program: BoundProcess) -> BoundProcess:
        return self._running.enter_context(closing(program))

    def _wait_for(self, pebble: BoundProcess, address: str, port: int, path: str) -> str:
        """What Pebble answers, once it does. Raises StepFailed if it doesn't."""
        context = ssl.create_default_context(cafile=str(self._files.ca))
        deadline = time.monotonic() + SECONDS_TO_START
        while not pebble.has_ended() and time.monotonic() < deadline:
            connection = HTTPSConnection(address, port, timeout=_SECONDS_TO_ANSWER, context=context)
            # It refuses connections until it has its keys.
            with suppress(OSError, HTTPException), closing(connection):
                connection.request("GET", path)
                return connection.getresponse().read().decode()
            time.sleep(0.02)
        raise self._failed(pebble, "Pebble")

    def _failed(self, program: BoundProcess, name: str) -> StepFailed:
        return StepFailed(
            f"{name} did not start on this machine: it issues the VM's certificates",
            details="\n".join(program.printed().splitlines()[-_TAIL_LINES:]),
            hint=f"Its log is {program.log}. Pebble needs port {settings.PORT} at "
            f"{settings.gateway(self._address)}.",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.close()
        if self._pebble and self._root and settings.ISSUED not in self._pebble.printed():
            roots.drop(self._files, self._root)
        self._pebble = None


def _require(program: str) -> None:
    if shutil.which(program) is None:
        raise Unreachable(
            f"{program} is not installed: it issues the VM's certificates for `https: auto`",
            hint="python deploy.py doctor --fix",
        )


def _has_address(address: str) -> bool:
    """Whether it is one of this machine's: a VM's network is there only while the VM is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            return False
    return True


def _free_ports(count: int) -> list[int]:
    """Ports of loopback that are free now, TCP and most probably UDP."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((settings.LOOPBACK, 0))
        return [int(one.getsockname()[1]) for one in sockets]
