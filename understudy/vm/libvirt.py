"""The one door to virsh: what libvirt does with a VM, without the second that Vagrant takes to start."""

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
    """A VM as libvirt knows it. id: its UUID, or its name for whichever has that name now.

    The empty one is of no VM.
    """

    id: str

    def state(self) -> str:
        """Such as RUNNING or SHUT_OFF; empty if libvirt has no such VM."""
        return _if_there("domstate", self.id).strip() if self.id else ""

    def description(self) -> str:
        """The VM in libvirt's XML; empty if there is none."""
        return _if_there("dumpxml", self.id)

    def save(self, snapshot: str) -> None:
        """Keeps the disk and, of a VM that runs, the RAM under that name."""
        _virsh("snapshot-create-as", self.id, snapshot)

    def restore(self, snapshot: str) -> None:
        # Forced, as Vagrant does it: libvirt else refuses if the two differ in how they are shown.
        _virsh("snapshot-revert", self.id, snapshot, "--force")

    def delete(self, snapshot: str) -> None:
        _virsh("snapshot-delete", self.id, snapshot)

    def snapshots(self) -> list[str]:
        return _virsh("snapshot-list", self.id, "--name").split()

    def disk(self) -> int:
        """Bytes that its own disks take here, snapshots included, the box not. 0 if that can't be told."""
        told = _run("domblkinfo", self.id, "--all").stdout
        # Target, capacity, allocation, physical.
        return sum(map(int, re.findall(r"^ *\S+ +\d+ +(\d+) +\d+ *$", told, re.MULTILINE)))

    def sleep(self) -> None:
        """Puts the RAM on the disk and ends the VM; the next start goes on from there."""
        _virsh("managedsave", self.id)

    def sleeps(self) -> bool:
        return bool(re.search(r"^Managed save: +yes$", _virsh("dominfo", self.id), re.MULTILINE))

    def start(self) -> None:
        _virsh("start", self.id)

    def forget_sleep(self) -> None:
        """What slept must not wake up on a disk that has changed meanwhile."""
        _virsh("managedsave-remove", self.id)

    def cut_power(self) -> None:
        if self.state() != SHUT_OFF:
            _virsh("destroy", self.id)
        self.forget_sleep()

    def remove(self) -> None:
        """The VM, its disk and its snapshots."""
        self.cut_power()
        _virsh("undefine", self.id, "--snapshots-metadata", "--remove-all-storage")


def start_network(name: str) -> None:
    """After a reboot of this machine it's off. No answer counts: it may be on already."""
    _run("net-start", name)


def networks() -> list[LibvirtNetwork]:
    """All that libvirt has, also those that are off: a project's VM may be asleep."""
    names = _virsh("net-list", "--all", "--name").split()
    return [subnets.libvirt_network(_virsh("net-dumpxml", name)) for name in names]


def remove_network(name: str) -> None:
    """Of a VM that is gone. No answer counts: it may be gone, too."""
    _run("net-destroy", name)
    _run("net-undefine", name)


def _if_there(verb: str, domain: str) -> str:
    """What virsh prints; nothing if there is no such VM."""
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
            "make the VM anew.",
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
