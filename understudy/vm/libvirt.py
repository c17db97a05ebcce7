"""What libvirt does with a VM, by virsh: it saves the second that a call of Vagrant takes to start.

Every function raises Unreachable if virsh or libvirt does not answer, and StepFailed if it refuses.
"""

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from understudy.errors import StepFailed, Unreachable
from understudy.local import tool_output
from understudy.vm import subnets, vm_host
from understudy.vm.guest_machine import PAUSED, RUNNING, SHUT_OFF, refused
from understudy.vm.subnets import GuestNetwork
from understudy.vm.vm_host import HERE


@dataclass(frozen=True)
class Domain:
    """A VM as libvirt knows it; see GuestMachine.

    id: its UUID, or its name, whichever VM has that name now. With an empty id there is no VM. uri: of the
    libvirt that has it. network: the name of its network, "" if that is its own.
    """

    name: str
    id: str
    uri: str = HERE
    network: str = ""
    keeps_ram = True

    def state(self) -> str:
        return _virsh_unless_missing(self.uri, "domstate", self.id).strip() if self.id else ""

    def save(self, snapshot: str) -> None:
        self._virsh("snapshot-create-as", self.id, snapshot)

    def restore(self, snapshot: str) -> None:
        if self.state() != RUNNING:
            self._start_network()
            self._forget_sleep()
        # Forced, as Vagrant does: or libvirt refuses if the two differ in their graphics settings.
        self._virsh("snapshot-revert", self.id, snapshot, "--force")

    def pause(self) -> None:
        self._virsh("suspend", self.id)

    def unpause(self) -> None:
        if self.state() == PAUSED:
            self._virsh("resume", self.id)

    def delete(self, snapshot: str) -> None:
        self._virsh("snapshot-delete", self.id, snapshot)

    def snapshots(self) -> list[str]:
        return self._virsh("snapshot-list", self.id, "--name").split()

    def disk(self) -> int:
        """0 if that is unknown."""
        output = _run(self.uri, "domblkinfo", self.id, "--all").stdout
        # The columns are target, capacity, allocation and physical.
        return sum(map(int, re.findall(r"^ *\S+ +\d+ +(\d+) +\d+ *$", output, re.MULTILINE)))

    def sleep(self) -> None:
        """Saves the RAM to the disk and stops the VM; the next start resumes from there."""
        self._virsh("managedsave", self.id)

    def is_asleep(self) -> bool:
        return bool(
            re.search(r"^Managed save: +yes$", self._virsh("dominfo", self.id), re.MULTILINE)
        )

    def start(self) -> None:
        self._start_network()
        self._virsh("start", self.id)

    def cut_power(self) -> None:
        if self.state() != SHUT_OFF:
            self._virsh("destroy", self.id)
        self._forget_sleep()

    def origin(self) -> Path | None:
        """vagrant-libvirt writes it into the VM's description, or the Vagrantfile with this machine's name."""
        pattern = r"^\s*<description>Source: (.+)</description>"
        if self.uri != HERE:
            pattern = (
                rf"^\s*<description>Understudy on {re.escape(platform.node())}: (.+)</description>"
            )
        found = re.search(
            pattern, _virsh_unless_missing(self.uri, "dumpxml", self.id), re.MULTILINE
        )
        return Path(found.group(1)) if found else None

    def remove(self) -> None:
        self.cut_power()
        self._virsh("undefine", self.id, "--snapshots-metadata", "--remove-all-storage")

    def remove_remains(self) -> None:
        """The network, which Vagrant leaves if the VM could not be started."""
        if not _virsh_unless_missing(self.uri, "domstate", self.name):
            _run(self.uri, "net-destroy", self.name)
            _run(self.uri, "net-undefine", self.name)

    def _virsh(self, verb: str, *words: str) -> str:
        return virsh(verb, *words, uri=self.uri)

    def _start_network(self) -> None:
        """It is off after a reboot of this machine. It may be on already: no error."""
        _run(self.uri, "net-start", self.network or self.name)

    def _forget_sleep(self) -> None:
        """Discards the saved RAM: it must not resume on a disk that has changed since."""
        self._virsh("managedsave-remove", self.id)


def networks(uri: str = HERE) -> list[GuestNetwork]:
    """All of libvirt's networks, also those that are off: a project's VM may be asleep.

    None if libvirt does not answer: on this machine only containers may run.
    """
    try:
        names = virsh("net-list", "--all", "--name", uri=uri).split()
        return [subnets.libvirt_network(virsh("net-dumpxml", name, uri=uri)) for name in names]
    except (Unreachable, StepFailed):
        return []


def _virsh_unless_missing(uri: str, verb: str, domain: str) -> str:
    """Output of virsh; empty if there is no such VM."""
    done = _run(uri, verb, domain)
    if done.returncode == 0:
        return done.stdout
    if re.search("failed to get domain|domain not found", done.stderr, re.IGNORECASE):
        return ""
    vm_host.require_libvirt(uri, done.stderr)
    raise Unreachable(
        "libvirt does not answer",
        details=done.stderr.strip(),
        hint="python deploy.py doctor",
        cause=tool_output.reason(done.stderr),
    )


def virsh(verb: str, *words: str, uri: str = HERE) -> str:
    """uri: of the libvirt that is asked."""
    done = _run(uri, verb, *words)
    if done.returncode:
        vm_host.require_libvirt(uri, done.stderr)
        raise refused(f"virsh {verb}", done.stderr)
    return done.stdout


def _run(uri: str, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["virsh", "-c", uri, *words],
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise Unreachable("virsh is not installed", hint="python deploy.py doctor --fix") from None
