"""The reports of a project, as they are listed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Self

from understudy.report.answer import Answer
from understudy.report.store import WrittenReport


@dataclass(frozen=True)
class ListedReport:
    """page: relative to the project's folder."""

    began: datetime
    verb: str
    target: str
    verdict: str
    seconds: float
    page: str


@dataclass(frozen=True)
class ReportList(Answer):
    """reports: the newest first."""

    event: ClassVar[str] = "reports"

    reports: tuple[ListedReport, ...]

    @classmethod
    def of(cls, directory: Path, written: Iterable[WrittenReport]) -> Self:
        listed = (
            ListedReport(
                one.began,
                one.verb,
                one.target,
                one.verdict,
                one.seconds,
                str(one.page.relative_to(directory)),
            )
            for one in written
        )
        return cls(tuple(listed))

    def text(self) -> str:
        return "\n".join(map(_line, self.reports))


def _line(one: ListedReport) -> str:
    began = f"{one.began:%Y-%m-%d %H:%M:%S}"
    return f"{began}  {one.verb:<9}  {one.target:<12}  {one.verdict:<11}  {one.seconds:6.0f} s  {one.page}"
