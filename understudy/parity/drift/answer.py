"""What `drift` found, as one value. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from understudy.parity.drift import table
from understudy.parity.drift.comparison import Comparison
from understudy.report.answer import Answer


@dataclass(frozen=True)
class Drift(Answer):
    """threshold: the parity score that deploy.yml asks for. columns: of the text."""

    event: ClassVar[str] = "drift"

    threshold: float
    comparisons: tuple[Comparison, ...]
    columns: int

    def fields(self) -> dict[str, Any]:
        found = [comparison.to_json() for comparison in self.comparisons]
        return {"threshold": self.threshold, "comparisons": found}

    def text(self) -> str:
        return "\n".join(line for one in self.comparisons for line in self._lines(one))

    def _lines(self, found: Comparison) -> Iterator[str]:
        yield from table.lines(found, self.columns)
        yield (
            f"parity of {found.copy} with {found.model}: {found.score} of 100, "
            f"{len(found.differences)} differences in {found.compared} values"
        )
