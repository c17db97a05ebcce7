"""What a phase of a rehearsal has found, in a few words, from its attachments. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_BAD = ("failed", "error")


@dataclass
class PhaseResults:
    """Takes the attachments of one phase. title: the phase's."""

    title: str
    _tests: Counter[str] = field(default_factory=Counter)
    # What was counted -> how many.
    _counts: Counter[str] = field(default_factory=Counter)

    def attach(self, name: str, value: Any) -> None:
        match name:
            case "tests":
                self._tests.update(test["outcome"] for tests in value.values() for test in tests)
            case "probes":
                self._counts["requests"] += sum(probe["sent"] for probe in value)
                self._counts["lost"] += sum(probe["lost"] for probe in value)
            case "tasks counted":
                self._counts["tasks"] += value["enqueued"]
                wrong = len(value["lost"]) + len(value["twice"])
                self._counts["done once"] += value["enqueued"] - wrong
            case "migrations":
                self._counts["migrations"] += len(value)

    def __str__(self) -> str:
        """`46 passed, 2 failed`, `288 requests, 0 lost`; empty if it has found nothing that is counted."""
        tests, counts = self._tests, self._counts
        failed = sum(tests[outcome] for outcome in _BAD)
        words = [(tests["passed"], "passed"), (failed, "failed"), (tests["skipped"], "skipped")]
        words += [(counts["migrations"], "migration" + "s" * (counts["migrations"] > 1))]
        shown = [f"{number} {word}" for number, word in words if number]
        for whole, part in (("requests", "lost"), ("tasks", "done once")):
            if counts[whole]:
                shown += [f"{counts[whole]} {whole}", f"{counts[part]} {part}"]
        return ", ".join(shown)
