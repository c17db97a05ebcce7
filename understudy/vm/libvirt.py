"""What libvirt does with a VM, by virsh: it saves the second that a call of Vagrant takes to start.

Every function raises Unreachable if virsh or libvirt does not answer, and StepFailed if it refuses.
"""

import os
import re
import subprocess
from dataclasses import dataclass

from understudy.errors import StepFailed, Unreachable
from understudy.local import tool_output
from understudy.vm import subnets
from understudy.vm.subnets import LibvirtNetwork

RUNNING = "running"
SHUT_OFF = "shut off"


@dataclass(frozen=True)
class Domain:
    """A VM as libvirt knows it. id: its UUID, or its name, whichever VM has that name now.

    With an empty id there is no VM.
    """

    id: str

    def state(self) -> str:
        """Such as RUNNING or SHUT_OFF; empty if libvirt has no such VM."""
        return _virsh_unless_missing("domstate", self.id).strip() if self.id else ""

    def description(self) -> str:
        """The VM in libvirt's XML; empty if there is none."""
        return _virsh_unless_missing("dumpxml", self.id)

    def save(self, snapshot: str) -> None:
        """Saves the disk and, if the VM runs, the RAM under that name."""
        _virsh("snapshot-create-as", self.id, snapshot)

    def restore(self, snapshot: str) -> None:
        # Forced, as Vagrant does: or libvirt refuses if the two differ in their graphics settings.
        _virsh("snapshot-revert", self.id, snapshot, "--force")

    def delete(self, snapshot: str) -> None:
        _virsh("snapshot-delete", self.id, snapshot)

    def snapshots(self) -> list[str]:
        return _virsh("snapshot-list", self.id, "--name").split()

    def disk(self) -> int:
        """Bytes that its own disks use here, with snapshots, without the box. 0 if that is unknown."""
        output = _run("domblkinfo", self.id, "--all").stdout
        # The columns are target, capacity, allocation and physical.
        return sum(map(int, re.findall(r"^ *\S+ +\d+ +(\d+) +\d+ *$", output, re.MULTILINE)))

    def sleep(self) -> None:
        """Saves the RAM to the disk and stops the VM; the next start resumes from there."""
        _virsh("managedsave", self.id)

    def is_asleep(self) -> bool:
        return bool(re.search(r"^Managed save: +yes$", _virsh("dominfo", self.id), re.MULTILINE))

    def start(self) -> None:
        _virsh("start", self.id)

    def forget_sleep(self) -> None:
        """Discards the saved RAM: it must not resume on a disk that has changed since."""
        _virsh("managedsave-remove", self.id)

    def cut_power(self) -> None:
        """Stops the VM at once, without a shutdown, and discards its saved RAM."""
        if self.state() != SHUT_OFF:
            _virsh("destroy", self.id)
        self.forget_sleep()

    def remove(self) -> None:
        """Removes the VM, its disk and its snapshots."""
        self.cut_power()
        _virsh("undefine", self.id, "--snapshots-metadata", "--remove-all-storage")


def start_network(name: str) -> None:
    """Starts a network: it is off after a reboot of this machine. It may be on already: no error."""
    _run("net-start", name)


def networks() -> list[LibvirtNetwork]:
    """All of libvirt's networks, also those that are off: a project's VM may be asleep."""
    names = _virsh("net-list", "--all", "--name").split()
    return [subnets.libvirt_network(_virsh("net-dumpxml", name)) for name in names]


def remove_network(name: str) -> None:
    """Removes the network of a VM that was removed. It may be removed already: no error."""
    _run("net-destroy", name)
    _run("net-undefine", name)


def _virsh_unless_missing(verb: str, domain: str) -> str:
    """Output of virsh; empty if there is no such VM."""
    done = _run(verb, domain)
    if done.returncode == 0:
        return done.stdout
    if re.search("failed to get domain|domain not found", done.stderr, re.IGNORECASE):
        return ""
    raise Unreachable(
        "libvirt does not answer",
        details=done.stderr.strip(),
        hint="python deploy.py doctor",
        cause=tool_output.reason(done.stderr),
    )


def _virsh(verb: str, *words: str) -> str:
    done = _run(verb, *words)
    if done.returncode:
        raise StepFailed(
            f"virsh {verb} failed",
            details=done.stderr.strip(),
            cause=tool_output.reason(done.stderr),
            hint="python deploy.py doctor; if it finds nothing, `python deploy.py destroy` and `up` "
            "rebuild the VM.",
        )
    return done.stdout


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["virsh", "-c", "qemu:///system", *words],
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise Unreachable("virsh is not installed", hint="make setup") from None
