"""What `capture` has found and kept, as one value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from understudy.report.answer import Answer

_WORDS = {
    "unchanged": " is unchanged",
    "written": ": written",
    "changed": ": changed, see git diff",
}


@dataclass(frozen=True)
class Captured(Answer):
    """file: that it is kept in. state: unchanged, written or changed. sections: those of the capture."""

    event: ClassVar[str] = "capture"

    target: str
    file: str
    state: str
    sections: Mapping[str, Any]

    def text(self) -> str:
        return f"{self.file}{_WORDS[self.state]}"
