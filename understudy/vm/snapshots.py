"""The snapshots of the VM: its provider keeps them, a file records their levels, times and sizes.

A VM of several machines has one level for all of them. All are paused before the first is saved, and all are
off before the first is restored: so a snapshot is of one moment, and nothing of before writes into it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from understudy.errors import StepFailed
from understudy.local.atomic_write import atomic_write
from understudy.report.events import Report
from understudy.vm import levels
from understudy.vm.guest_machine import GuestMachine
from understudy.vm.levels import Level, Saved
from understudy.vm.members import at_once

Machines = Sequence[GuestMachine]


@dataclass(frozen=True)
class Snapshots:
    """file: the record, as JSON. budget: bytes of disk that all snapshots together may use."""

    file: Path
    budget: int
    report: Report

    def saved(self) -> tuple[Saved, ...]:
        return levels.parse(self.file.read_text()) if self.file.exists() else ()

    def save(self, machines: Machines, level: Level) -> None:
        """Saves a snapshot of the running VM, then removes those unused for longest beyond the budget."""
        with self.report.step(f"save the snapshot '{level}'"):
            # A killed run may have left a snapshot of that name without a record.
            if any(str(level) in machine.snapshots() for machine in machines):
                self.remove(machines, level)
            before = _disk(machines)
            _save(machines, str(level))
            now, size = _now(), max(_disk(machines) - before, 0)
            self._record((*self.saved(), Saved(level, now, now, size)))
        for old in levels.to_prune(self.saved(), self.budget):
            with self.report.step(f"remove the snapshot '{old}', unused for longest"):
                self.remove(machines, old)

    def restore(self, machines: Machines, level: Level) -> None:
        if len(machines) > 1:
            at_once(machines, lambda machine: machine.cut_power())
        at_once(machines, lambda machine: machine.restore(str(level)))
        if len(machines) > 1:
            # As each was when it was saved.
            at_once(machines, lambda machine: machine.unpause())
        self._record(levels.mark_used(level, self.saved(), _now()))

    def remove(self, machines: Machines, level: Level) -> None:
        """Removes a snapshot and its record. Warns if the provider refuses: the snapshot still uses disk."""
        for machine in machines:
            try:
                if str(level) in machine.snapshots():
                    machine.delete(str(level))
            except StepFailed as error:
                self.report.warn(f"the snapshot '{level}' stays on the disk\n{error.details}")
        self._record(levels.without(level, self.saved()))

    def forget_all(self) -> None:
        self._record(())

    def _record(self, saved: tuple[Saved, ...]) -> None:
        atomic_write(self.file, levels.dump(saved))


def _save(machines: Machines, snapshot: str) -> None:
    """A single machine pauses itself while it is saved."""
    if len(machines) == 1:
        machines[0].save(snapshot)
        return
    try:
        at_once(machines, lambda machine: machine.pause())
        at_once(machines, lambda machine: machine.save(snapshot))
    finally:
        at_once(machines, lambda machine: machine.unpause())


def _disk(machines: Machines) -> int:
    return sum(machine.disk() for machine in machines)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
