"""What doctor found, as one value. Pure."""

from dataclasses import dataclass
from typing import Any, ClassVar

from understudy.cli.finding import Finding
from understudy.errors import Unreachable
from understudy.report.answer import Answer


@dataclass(frozen=True)
class Findings(Answer):
    event: ClassVar[str] = "doctor"

    checks: tuple[Finding, ...]

    @property
    def problems(self) -> list[Finding]:
        return [one for one in self.checks if one.fix]

    def error(self) -> Unreachable | None:
        """The first problem's fix is what to try."""
        if not self.problems:
            return None
        count = f"{len(self.problems)} of {len(self.checks)} checks found a problem"
        return Unreachable(count, hint=self.problems[0].fix)

    def text(self) -> str:
        return "\n".join(map(_line, self.checks))

    def fields(self) -> dict[str, Any]:
        checks = [
            {
                "title": one.title,
                "seen": one.seen,
                "ok": not one.fix,
                "fix": one.fix,
                "advice": one.advice,
            }
            for one in self.checks
        ]
        return {"problems": len(self.problems), "checks": checks}


def _line(finding: Finding) -> str:
    if finding.fix:
        return f"✗ {finding.title}: {finding.seen}\n  fix: {finding.fix}"
    if finding.advice:
        return f"! {finding.title}: {finding.seen}\n  better: {finding.advice}"
    return f"✓ {finding.title}: {finding.seen}"
