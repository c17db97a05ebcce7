"""What doctor found on this machine, as one value. Pure."""

from dataclasses import dataclass
from typing import Any, ClassVar

from understudy.cli.finding import Finding
from understudy.report.answer import Answer


@dataclass(frozen=True)
class Findings(Answer):
    event: ClassVar[str] = "doctor"

    checks: tuple[Finding, ...]

    @property
    def problems(self) -> list[Finding]:
        return [one for one in self.checks if one.fix]

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
