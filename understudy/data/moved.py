"""Data that was pulled, or loaded, as a value. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from understudy.local.numbers import number_of
from understudy.report.answer import Answer


@dataclass(frozen=True)
class DataPulled(Answer):
    """rows, tables, files: how many; files are uploaded ones."""

    event: ClassVar[str] = "data pull"

    target: str
    host: str
    taken_at: datetime
    rows: int
    tables: int
    files: int

    def text(self) -> str:
        return (
            f"pulled {number_of(self.rows, 'row')} in {number_of(self.tables, 'table')} and "
            f"{number_of(self.files, 'uploaded file')} "
            f"from {self.target}; python deploy.py data load loads them onto staging"
        )


@dataclass(frozen=True)
class DataLoaded(Answer):
    """source: the target from which it was pulled, at taken_at. release: the live one, which has it now.

    names_left: how many columns still have names of the source's site.
    """

    event: ClassVar[str] = "data load"

    target: str
    host: str
    source: str
    taken_at: datetime
    release: str
    names_left: int

    def text(self) -> str:
        return (
            f"{self.target}: {self.release} is live with the data of {self.source} of "
            f"{self.taken_at:%Y-%m-%d %H:%M} UTC; outgoing connections are blocked"
        )
