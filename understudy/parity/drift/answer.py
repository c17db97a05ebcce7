"""What `drift` found, as one value. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from understudy.local.numbers import number_of
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
        hosts = groupby(self.comparisons, key=lambda one: one.host)
        return "\n".join(line for host, found in hosts for line in self._group(host, found))

    def _group(self, host: str, found: Iterable[Comparison]) -> Iterator[str]:
        if host:
            yield f"{host}:"
        for one in found:
            yield from self._lines(one)

    def _lines(self, found: Comparison) -> Iterator[str]:
        yield from table.lines(found, self.columns)
        yield (
            f"parity of {found.copy} with {found.model}: {found.score} of 100, "
            f"{number_of(len(found.differences), 'difference')} in {number_of(found.compared, 'value')}"
        )
