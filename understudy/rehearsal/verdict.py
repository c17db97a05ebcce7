"""The verdict of a rehearsal, as one value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from understudy.rehearsal.phases import NAMES, Outcome, is_complete
from understudy.report.answer import Answer

READY, PASSED_IN_PART, NOT_READY = "READY", "PASSED IN PART", "NOT READY"
TASKS_NOT_COUNTED = "verify.tasks were not counted"
_NOT_RUN = (Outcome.UNAVAILABLE, Outcome.LEFT_OUT)


@dataclass(frozen=True)
class Verdict(Answer):
    """commit: the rehearsed one. where: what the VM is, if it is not a virtual machine. phases: how each ended.
    tasks_counted: False if deploy.yml has verify.tasks and no phase counted them.

    failed, skipped: names of phases in their order. cause: why the first of them failed, "" if none did.
    """

    event: ClassVar[str] = "verdict"

    verdict: str
    target: str
    commit: str
    seconds: float
    where: str
    phases: Mapping[str, Outcome]
    failed: tuple[str, ...]
    skipped: tuple[str, ...]
    cause: str = ""
    tasks_counted: bool = True

    @classmethod
    def of(
        cls,
        target: str,
        commit: str,
        seconds: float,
        where: str,
        outcomes: Mapping[str, Outcome],
        failed: Mapping[str, str],
        *,
        tasks_counted: bool = True,
    ) -> Self:
        """failed: name of a phase -> why. tasks_counted: False if deploy.yml wants that and no phase did.
        READY only if every phase ran that could run.
        """
        names = tuple(name for name in NAMES if name in failed)
        passed = READY if is_complete(outcomes) else PASSED_IN_PART
        return cls(
            verdict=NOT_READY if failed else passed,
            target=target,
            commit=commit,
            seconds=round(seconds, 1),
            where=where,
            phases={name: outcomes[name] for name in NAMES if name in outcomes},
            failed=names,
            skipped=tuple(name for name in NAMES if outcomes.get(name) in _NOT_RUN),
            cause=failed[names[0]] if names else "",
            tasks_counted=tasks_counted,
        )

    @property
    def line(self) -> str:
        """The last line of a run, and the summary of its error if a phase failed."""
        if self.failed:
            names = ", ".join(self.failed)
            return f"verdict: {self.verdict} after {self.seconds:.0f} s: {names} failed"
        skips = f"; skipped: {', '.join(self.skipped)}" if self.skipped else ""
        place = f" in {self.where}" if self.where else ""
        tasks = "" if self.tasks_counted else f"; {TASKS_NOT_COUNTED}"
        return f"verdict: {self.verdict} after {self.seconds:.0f} s{place}{tasks}{skips}"

    def text(self) -> str:
        """ "" after a failure: its error says it, with the cause and what to try."""
        return "" if self.failed else self.line
