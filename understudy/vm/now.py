"""The staging VM as it is now, as a value: the answer of the verbs that start, stop and remove it."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from understudy.config.model import Config
from understudy.paths import Project
from understudy.report.answer import Answer
from understudy.vm import provider as providers
from understudy.vm.address import TARGET
from understudy.vm.guest_machine import RUNNING

State = Literal["running", "asleep", "off", "absent"]


@dataclass(frozen=True)
class VmNow(Answer):
    """provider: "" without a VM. level: the snapshot level that it was reset to, None otherwise."""

    event: ClassVar[str] = "vm"

    name: str
    state: State
    provider: str
    address: str
    level: str | None = None

    def text(self) -> str:
        """The steps say it."""
        return ""


def look(project: Project, config: Config, level: str | None = None) -> VmNow:
    """Asks its provider. Raises Unreachable if that does not answer."""
    name = config.vm.name
    provider = providers.built(project, name)
    state = _state(project, config, provider) if provider else "absent"
    target = config.targets.get(TARGET)
    address = target.address if target else config.vm.address
    return VmNow(name, state, provider, address, level)


def _state(project: Project, config: Config, provider: str) -> State:
    machine = providers.machine(project, config.vm.name, provider, config.vm.host)
    found = machine.state()
    if not found:
        return "absent"
    if found == RUNNING:
        return "running"
    return "asleep" if machine.is_asleep() else "off"
