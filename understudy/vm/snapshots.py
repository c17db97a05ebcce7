"""The snapshots of one VM: libvirt keeps them, a file keeps what is known of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from understudy.errors import StepFailed
from understudy.local.atomic_write import atomic_write
from understudy.report.events import Report
from understudy.vm import levels
from understudy.vm.levels import Level, Saved
from understudy.vm.libvirt import Domain


@dataclass(frozen=True)
class Snapshots:
    """file: where they are noted, as JSON. budget: bytes of disk that they may take together."""

    file: Path
    budget: int
    report: Report

    def saved(self) -> tuple[Saved, ...]:
        return levels.parse(self.file.read_text()) if self.file.exists() else ()

    def save(self, domain: Domain, level: Level) -> None:
        """Saves the VM as it runs, and removes what goes beyond the budget then."""
        with self.report.step(f"save the snapshot '{level}'"):
            # One of that name may be left, without a note, by a run that was killed.
            if str(level) in domain.snapshots():
                self.remove(domain, level)
            before = domain.disk()
            domain.save(str(level))
            now, took = _now(), max(domain.disk() - before, 0)
            self._note((*self.saved(), Saved(level, now, now, took)))
        for old in levels.to_prune(self.saved(), self.budget):
            with self.report.step(f"remove the snapshot '{old}', unused for longest"):
                self.remove(domain, old)

    def restore(self, domain: Domain, level: Level) -> None:
        domain.restore(str(level))
        self._note(levels.used(level, self.saved(), _now()))

    def remove(self, domain: Domain, level: Level) -> None:
        """Also if libvirt has lost it. If libvirt can't remove it, that's told: it takes disk still."""
        try:
            if str(level) in domain.snapshots():
                domain.delete(str(level))
        except StepFailed as error:
            self.report.warn(f"the snapshot '{level}' stays on the disk\n{error.details}")
        self._note(levels.without(level, self.saved()))

    def forget_all(self) -> None:
        self._note(())

    def _note(self, saved: tuple[Saved, ...]) -> None:
        atomic_write(self.file, levels.dump(saved))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
