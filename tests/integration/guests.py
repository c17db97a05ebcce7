"""The staging VM as its provider has it: power, network, snapshots. Without Understudy's code for it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.integration.staging import Staging
from understudy.vm import provider

VIRSH = ("virsh", "-q", "-c", "qemu:///system")


def fill(directory: str, free: int) -> str:
    """Shell that leaves a directory of the host that many bytes of disk.

    By a small file system over it: a container's own disk is this machine's, which must not be filled.
    """
    return (
        f"size=$(($(du -s -B1 {directory} | cut -f1) + {free})); mkdir -p /run/small; "
        "mount -t tmpfs -o size=$size,mode=755 small /run/small; "
        f"cp -a {directory}/. /run/small; mount --bind /run/small {directory}; umount /run/small"
    )


def empty(directory: str) -> str:
    """Shell that gives the directory space again. What was written there meanwhile stays."""
    return f"mount -o remount,size=1g {directory}"


class Guest(Protocol):
    name: str

    def cut_power(self) -> None: ...

    def start(self) -> None: ...

    def is_off(self) -> bool: ...

    def unplug(self) -> None:
        """Takes the network away."""

    def plug(self) -> None: ...

    def snapshots(self) -> set[str]: ...

    def lose(self, snapshot: str) -> None:
        """Deletes a snapshot that Understudy knows of."""


def guest(staging: Staging) -> Guest:
    return Container(staging.vm) if staging.provider == provider.LXC else Domain(staging.vm)


@dataclass
class Domain:
    name: str

    def cut_power(self) -> None:
        output(*VIRSH, "destroy", self.name)

    def start(self) -> None:
        output(*VIRSH, "start", self.name)

    def is_off(self) -> bool:
        return output(*VIRSH, "domstate", self.name).strip() == "shut off"

    def unplug(self) -> None:
        self._set_link("down")

    def plug(self) -> None:
        self._set_link("up")

    def snapshots(self) -> set[str]:
        return set(output(*VIRSH, "snapshot-list", self.name, "--name").split())

    def lose(self, snapshot: str) -> None:
        output(*VIRSH, "snapshot-delete", self.name, snapshot)

    def _set_link(self, state: str) -> None:
        card = output(*VIRSH, "domiflist", self.name).split()[0]
        output(*VIRSH, "domif-setlink", self.name, card, state)


@dataclass
class Container:
    name: str

    def cut_power(self) -> None:
        output("lxc-stop", "--kill", "--name", self.name)

    def start(self) -> None:
        output("lxc-start", "--name", self.name)

    def is_off(self) -> bool:
        return "STOPPED" in output("lxc-info", "--state", "--name", self.name)

    def unplug(self) -> None:
        """Inside: an interface that is down here would lose its address here."""
        self._set_link("down")

    def plug(self) -> None:
        self._set_link("up")
        gateway = self._setting("lxc.net.0.ipv4.gateway")
        self._inside("ip", "route", "replace", "default", "via", gateway)

    def snapshots(self) -> set[str]:
        return {path.name for path in self._saved.iterdir()} if self._saved.exists() else set()

    def lose(self, snapshot: str) -> None:
        (self._saved / snapshot).unlink()

    @property
    def _saved(self) -> Path:
        return Path("/var/lib/lxc") / self.name / "saved"

    def _set_link(self, state: str) -> None:
        self._inside("ip", "link", "set", "eth0", state)

    def _inside(self, *command: str) -> None:
        output("lxc-attach", "--name", self.name, "--", *command)

    def _setting(self, key: str) -> str:
        return output("lxc-info", "--config", key, "--no-humanize", "--name", self.name).strip()


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
