"""The snapshots of one VM: libvirt keeps them, a file keeps what is known of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from understudy.errors import StepFailed
from understudy.local import atomic_write
from understudy.report.events import Report
from understudy.vm import levels
from understudy.vm.levels import Rung, Saved
from understudy.vm.libvirt import Domain


@dataclass(frozen=True)
class Snapshots:
    """file: where they are noted, as JSON. budget: bytes of disk that they may take together."""

    file: Path
    budget: int
    report: Report

    def saved(self) -> tuple[Saved, ...]:
        return levels.parse(self.file.read_text()) if self.file.exists() else ()

    def save(self, domain: Domain, rung: Rung) -> None:
        """Saves the VM as it runs, and removes what goes beyond the budget then."""
        with self.report.step(f"save the snapshot '{rung}'"):
            # One of that name may be left, without a note, by a run that was killed.
            if str(rung) in domain.snapshots():
                self.remove(domain, rung)
            before = domain.disk()
            domain.save(str(rung))
            now, took = _now(), max(domain.disk() - before, 0)
            self._note((*self.saved(), Saved(rung, now, now, took)))
        for old in levels.to_prune(self.saved(), self.budget):
            with self.report.step(f"remove the snapshot '{old}', unused for longest"):
                self.remove(domain, old)

    def restore(self, domain: Domain, rung: Rung) -> None:
        domain.restore(str(rung))
        self._note(levels.used(rung, self.saved(), _now()))

    def remove(self, domain: Domain, rung: Rung) -> None:
        """Also if libvirt has lost it. If libvirt can't remove it, that's told: it takes disk still."""
        try:
            if str(rung) in domain.snapshots():
                domain.delete(str(rung))
        except StepFailed as error:
            self.report.warn(f"the snapshot '{rung}' stays on the disk\n{error.details}")
        self._note(levels.without(rung, self.saved()))

    def forget_all(self) -> None:
        self._note(())

    def _note(self, saved: tuple[Saved, ...]) -> None:
        atomic_write.write(self.file, levels.dump(saved))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
