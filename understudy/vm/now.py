"""The staging VM as it is now, as values: the answer of the verbs that start, stop and remove it."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from understudy.config.model import Config
from understudy.paths import Project
from understudy.report.answer import Answer
from understudy.vm import address as vm_address
from understudy.vm import provider as providers
from understudy.vm.guest_machine import RUNNING

State = Literal["running", "asleep", "off", "absent"]


@dataclass(frozen=True)
class VmNow(Answer):
    """One machine of it. provider: "" without a VM. level: the snapshot level that it was reset to, None
    otherwise.
    """

    event: ClassVar[str] = "vm"

    name: str
    state: State
    provider: str
    address: str
    level: str | None = None

    def text(self) -> str:
        """The steps say it."""
        return ""


def look(project: Project, config: Config, level: str | None = None) -> tuple[VmNow, ...]:
    """A value for each of its machines. Asks its provider. Raises Unreachable if that does not answer."""
    provider = providers.built(project, config.vm.name)
    return tuple(
        VmNow(name, _state(project, config, name, provider), provider, address, level)
        for name, address in vm_address.machines(config).items()
    )


def _state(project: Project, config: Config, name: str, provider: str) -> State:
    if not provider:
        return "absent"
    machine = providers.machine(project, name, provider, config.vm.host)
    found = machine.state()
    if not found:
        return "absent"
    if found == RUNNING:
        return "running"
    return "asleep" if machine.is_asleep() else "off"
