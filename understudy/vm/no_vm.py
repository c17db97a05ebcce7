"""Why the staging VM does not answer, if it is not there or not running."""

from contextlib import suppress

from understudy.config.model import Config
from understudy.errors import NoConnection, UnderstudyError
from understudy.paths import Project
from understudy.vm import address as vm_address
from understudy.vm import provider as providers
from understudy.vm.guest_machine import RUNNING


def explain(error: NoConnection, project: Project) -> None:
    """Gives the error its cause and what starts the VM, if it is about the VM and the VM does not run."""
    if not error.address:
        # A VM that was never built has none, too.
        return
    with suppress(UnderstudyError, OSError):
        config = vm_address.load(project)
        for name, address in vm_address.machines(config).items():
            if address == error.address and (cause := _cause(project, config, name)):
                error.cause, error.hint = cause, "python deploy.py up"


def _cause(project: Project, config: Config, name: str) -> str:
    provider = providers.built(project, name)
    machine = providers.machine(project, name, provider, config.vm.host) if provider else None
    state = machine.state() if machine else ""
    if not state:
        return f"this project has no VM {name}: it was not built yet, or was destroyed"
    return "" if state == RUNNING else f"VM {name} is not running"
