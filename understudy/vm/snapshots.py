"""The snapshots of one VM: its provider keeps them, a file records their levels, times and sizes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from understudy.errors import StepFailed
from understudy.local.atomic_write import atomic_write
from understudy.report.events import Report
from understudy.vm import levels
from understudy.vm.guest_machine import GuestMachine
from understudy.vm.levels import Level, Saved


@dataclass(frozen=True)
class Snapshots:
    """file: the record, as JSON. budget: bytes of disk that all snapshots together may use."""

    file: Path
    budget: int
    report: Report

    def saved(self) -> tuple[Saved, ...]:
        return levels.parse(self.file.read_text()) if self.file.exists() else ()

    def save(self, machine: GuestMachine, level: Level) -> None:
        """Saves a snapshot of the running VM, then removes those unused for longest beyond the budget."""
        with self.report.step(f"save the snapshot '{level}'"):
            # A killed run may have left a snapshot of that name without a record.
            if str(level) in machine.snapshots():
                self.remove(machine, level)
            before = machine.disk()
            machine.save(str(level))
            now, size = _now(), max(machine.disk() - before, 0)
            self._record((*self.saved(), Saved(level, now, now, size)))
        for old in levels.to_prune(self.saved(), self.budget):
            with self.report.step(f"remove the snapshot '{old}', unused for longest"):
                self.remove(machine, old)

    def restore(self, machine: GuestMachine, level: Level) -> None:
        machine.restore(str(level))
        self._record(levels.mark_used(level, self.saved(), _now()))

    def remove(self, machine: GuestMachine, level: Level) -> None:
        """Removes a snapshot and its record. Warns if the provider refuses: the snapshot still uses disk."""
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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
