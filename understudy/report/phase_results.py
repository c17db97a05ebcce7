"""What a phase of a rehearsal has found, in a few words, from its attachments. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_BAD = ("failed", "error")


@dataclass
class PhaseResults:
    """Takes the attachments of one phase. title: the phase's."""

    title: str
    _tests: Counter[str] = field(default_factory=Counter)
    _sent: int = 0
    _lost: int = 0

    def attach(self, name: str, value: Any) -> None:
        if name == "tests":
            self._tests.update(test["outcome"] for tests in value.values() for test in tests)
        elif name == "probes":
            self._add(value)

    def _add(self, probes: Sequence[Mapping[str, Any]]) -> None:
        for probe in probes:
            self._sent += probe["sent"]
            self._lost += probe["lost"]

    def __str__(self) -> str:
        """`46 passed, 2 failed`, `288 requests, 0 lost`; empty if it has found nothing that is counted."""
        failed = sum(self._tests[outcome] for outcome in _BAD)
        counts = (
            (self._tests["passed"], "passed"),
            (failed, "failed"),
            (self._tests["skipped"], "skipped"),
        )
        words = [f"{number} {word}" for number, word in counts if number]
        words += [f"{self._sent} requests", f"{self._lost} lost"] if self._sent else []
        return ", ".join(words)
