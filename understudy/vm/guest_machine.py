"""What Understudy needs of the VM that Vagrant built, whichever provider runs it.

libvirt.Domain and lxc.Container have it. Vagrant itself only builds and removes the VM: each of its calls
takes over a second.
"""

from pathlib import Path
from typing import Protocol

from understudy.errors import StepFailed
from understudy.local import tool_output

RUNNING = "running"
SHUT_OFF = "shut off"
PAUSED = "paused"


class GuestMachine(Protocol):
    """Each method raises Unreachable if the provider does not answer, and StepFailed if it refuses."""

    @property
    def keeps_ram(self) -> bool:
        """Whether a snapshot and a sleep keep the RAM. If not, what comes back from them has booted."""

    def state(self) -> str:
        """Such as RUNNING or SHUT_OFF; empty if there is no such VM."""

    def save(self, snapshot: str) -> None:
        """Saves the disk and, if the provider can, the RAM under that name."""

    def restore(self, snapshot: str) -> None:
        """Runs the VM as it was saved, in place of what runs now."""

    def pause(self) -> None:
        """Stops its processors; `save` saves it as it is then, and may end the pause."""

    def unpause(self) -> None:
        """No error if it is not paused."""

    def delete(self, snapshot: str) -> None: ...

    def snapshots(self) -> list[str]: ...

    def disk(self) -> int:
        """Bytes that it uses on this machine, with snapshots, without the box."""

    def sleep(self) -> None:
        """Stops the VM so that it uses no memory; `start` resumes it."""

    def is_asleep(self) -> bool: ...

    def start(self) -> None: ...

    def cut_power(self) -> None:
        """Stops the VM at once, without a shutdown."""

    def origin(self) -> Path | None:
        """The Vagrantfile that the VM was built from; None if there is no VM."""

    def remove(self) -> None:
        """Removes the VM, its disk and its snapshots, without Vagrant."""

    def remove_remains(self) -> None:
        """Removes what Vagrant leaves of a VM that it has removed or could not build."""


def refused(command: str, errors: str) -> StepFailed:
    """The error of a provider's command that failed. errors: what it printed."""
    return StepFailed(
        f"{command} failed",
        details=errors.strip(),
        cause=tool_output.reason(errors),
        hint="python deploy.py doctor; if it finds nothing, `python deploy.py destroy` and `up` rebuild "
        "the VM.",
    )
