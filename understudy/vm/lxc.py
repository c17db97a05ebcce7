"""A container that Vagrant built by lxc, driven by provision/lxc/container, which runs as root."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from understudy.errors import Unreachable
from understudy.paths import Project
from understudy.vm import subnets
from understudy.vm.guest_machine import SHUT_OFF, refused
from understudy.vm.subnets import GuestNetwork
from understudy.vm.unused import Unused


@dataclass(frozen=True)
class Container:
    """See GuestMachine. name: lxc's for it. id: the same once Vagrant has built it, or else empty."""

    project: Project
    name: str
    id: str
    keeps_ram = False

    def state(self) -> str:
        return self._call("state").strip() if self.id else ""

    def save(self, snapshot: str) -> None:
        self._call("save", snapshot)

    def restore(self, snapshot: str) -> None:
        """It has booted when this returns."""
        self._call("restore", snapshot)

    def pause(self) -> None:
        self._call("freeze")

    def unpause(self) -> None:
        self._call("thaw")

    def delete(self, snapshot: str) -> None:
        self._call("delete", snapshot)

    def snapshots(self) -> list[str]:
        return self._call("snapshots").split()

    def disk(self) -> int:
        return int(self._call("disk"))

    def sleep(self) -> None:
        self._call("stop")

    def is_asleep(self) -> bool:
        """Whether it is off: it boots as fast as a VM resumes."""
        return self.state() == SHUT_OFF

    def start(self) -> None:
        self._call("start")

    def cut_power(self) -> None:
        self._call("kill")

    def origin(self) -> Path | None:
        directory = self._call("origin").strip()
        return Path(directory) / "Vagrantfile" if directory else None

    def remove(self) -> None:
        self._call("remove")

    def remove_remains(self) -> None:
        """The directory of a container that could not be started."""
        if self.origin() == self.project.vagrantfile:
            self.remove()

    def _call(self, verb: str, *words: str) -> str:
        return _run(self.project, verb, self.name, *words)


def networks(project: Project) -> list[GuestNetwork]:
    """The networks of all containers that Vagrant built, also of those that are off."""
    return subnets.container_networks(_run(project, "networks"))


def unused(project: Project) -> Iterator[Unused]:
    """Containers whose project is gone, and trees of boxes that no container lies on. As root."""
    for line in _run(project, "unused").splitlines():
        what, name, size = line.split()
        if what == "tree":
            yield Unused("tree", f"lxc:{name}", f"files of a box, {name}", int(size))
        else:
            yield Unused("vm", f"lxc:{name}", f"container {name}", int(size))


def free(project: Project, tree: str) -> None:
    """Removes that tree, unless a new container lies on it by now."""
    _run(project, "free", tree)


def _run(project: Project, verb: str, *words: str) -> str:
    command = [str(project.container_script), verb, *words]
    if os.geteuid() != 0:
        command = ["sudo", *command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    except FileNotFoundError as error:
        raise Unreachable(
            f"{error.filename} is missing", hint="python deploy.py doctor --fix"
        ) from None
    if done.returncode:
        raise refused(f"provision/lxc/container {verb}", done.stderr)
    return done.stdout
