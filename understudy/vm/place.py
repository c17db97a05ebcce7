"""Where the staging VM runs: on this machine, or on another one, which is reached through a tunnel."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from understudy.config.model import Config
from understudy.errors import StepFailed, UnderstudyError
from understudy.paths import Project
from understudy.report.events import Report
from understudy.vm import host_facts, libvirt, tunnel, vm_host
from understudy.vm.host_facts import CONSOLE, HostFacts
from understudy.vm.tunnel import Tunnel
from understudy.vm.vm_host import HERE, VmHost

TAIL_LINES = 20


class Place(Protocol):
    """url: `vm.host`, "" for this machine. uri: of the libvirt there."""

    @property
    def url(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def console_log(self) -> str:
        """Where the VM's console output is, in words."""

    def console(self) -> str:
        """The end of that; "" if it can't be read."""

    def prepare(self) -> None:
        """Before the VM is built."""

    def settings(self) -> dict[str, str]:
        """What the Vagrantfile can't find out by itself."""

    def connect(self) -> None:
        """Before the VM is reached by SSH."""

    def disconnect(self) -> None:
        """The VM is off."""


@dataclass(frozen=True)
class Here:
    """folder: of the VM's state."""

    folder: Path
    url = ""
    uri = HERE

    @property
    def console_log(self) -> str:
        return str(self.folder / "console.log")

    def console(self) -> str:
        log = Path(self.console_log)
        # A provider that runs as root may have created it.
        text = log.read_text(errors="replace") if os.access(log, os.R_OK) else ""
        return "\n".join(text.splitlines()[-TAIL_LINES:])

    def prepare(self) -> None: ...

    def settings(self) -> dict[str, str]:
        return {}

    def connect(self) -> None: ...

    def disconnect(self) -> None: ...


@dataclass(frozen=True)
class Elsewhere:
    """name: the VM's. Its methods raise Unreachable without SSH or libvirt there."""

    project: Project
    name: str
    host: VmHost
    tunnel: Tunnel | None
    report: Report

    @property
    def url(self) -> str:
        return self.host.url

    @property
    def uri(self) -> str:
        return self.host.uri

    @property
    def console_log(self) -> str:
        return f"{CONSOLE.format(name=self.name)} on {self.host.name}"

    def console(self) -> str:
        try:
            return self.host.run(f"tail -n {TAIL_LINES} {CONSOLE.format(name=self.name)}").strip()
        except UnderstudyError:
            return ""

    def prepare(self) -> None:
        """Raises StepFailed if no box of this machine runs there."""
        name = self.host.name
        with self.report.step(f"look at {name}"):
            if found := self._facts.obstacle():
                raise StepFailed(f"{name} can't run the VM", cause=found)
            libvirt.virsh("version", uri=self.uri)
        way = "runs it under KVM" if self._facts.accelerator == "kvm" else "emulates it, slowly"
        self.report.say(f"{name} {way}")
        vm_host.keep(self.project, self.name, self.url)

    def settings(self) -> dict[str, str]:
        return {"accelerator": self._facts.accelerator, "console": self._facts.console}

    def connect(self) -> None:
        if self.tunnel:
            self.tunnel.ensure()

    def disconnect(self) -> None:
        if self.tunnel:
            self.tunnel.close()

    @cached_property
    def _facts(self) -> HostFacts:
        return host_facts.ask(self.project, self.host, self.name)


def of(project: Project, config: Config, report: Report) -> Place:
    name = config.vm.name
    if not config.vm.host:
        return Here(project.state / "vm" / name)
    return Elsewhere(project, name, VmHost(config.vm.host), tunnel.of(project, config), report)
