"""Phases that were skipped, a line for each reason: what needs a skipped phase shares its line. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class SkippedPhases:
    # Reason -> titles, and name of a phase -> its reason.
    _titles: dict[str, list[str]] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, title: str, reason: str, enable: str) -> None:
        """reason, enable: as in Report.skipped()."""
        first = reason.removesuffix(" was skipped")
        whole = ": ".join(filter(None, (reason, enable)))
        self._reasons[name] = shared = self._reasons.get(first, whole)
        self._titles.setdefault(shared, []).append(title)

    def take(self) -> Iterator[str]:
        """The lines of those that were added since the last time."""
        for reason, titles in self._titles.items():
            yield f"{'; '.join(titles)}: skipped, {reason}"
        self._titles = {}
