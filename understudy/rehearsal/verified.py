"""How the tests of a target have ended, as a value: the answer of `verify`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from understudy.report.answer import Answer
from understudy.report.record import Counts


@dataclass(frozen=True)
class Verified(Answer):
    """release, commit: what is live there; None if none is. tests: by suite; of one that could not begin there
    is none. seconds: of all tests.
    """

    event: ClassVar[str] = "verify"

    target: str
    host: str
    url: str
    release: str | None
    commit: str | None
    passed: bool
    tests: Mapping[str, Counts]
    seconds: float

    def text(self) -> str:
        """The suites have said it, or an error does."""
        return ""
