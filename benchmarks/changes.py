"""How figures changed from one release to the next. Pure.

A figure is compared with the same one of the release before: as a ratio to its reference, which was measured in
the same run and so under the same load, if it has one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.history import Figure
from benchmarks.samples import format_seconds
from benchmarks.tables import spread, table

SLOWER = 1.15
HEAD = ("what", "on", "before", "spread", "by", "now", "spread", "compared by", "change")


@dataclass(frozen=True)
class Change:
    """A figure, and the same one of the release before."""

    before: Figure
    now: Figure

    @property
    def reference(self) -> str:
        """What both are ratios to; empty if their seconds are compared."""
        return self.now.reference if self.now.reference == self.before.reference else ""

    @property
    def ratio(self) -> float:
        ratio = self.now.median / self.before.median
        if self.reference:
            ratio *= self.before.reference_median / self.now.reference_median
        return ratio


def changes(history: Sequence[Figure], tool: str) -> Iterator[Change]:
    """Of the tool's newest figures on the machine that was measured last, with those of the release before."""
    by_key: dict[tuple[object, ...], list[Figure]] = {}
    for figure in history:
        if figure.tool == tool and figure.machine == history[-1].machine:
            by_key.setdefault(figure.key, []).append(figure)
    for *earlier, now in by_key.values():
        if before := _of_the_release_before(earlier, now):
            yield Change(before, now)


def _of_the_release_before(earlier: Sequence[Figure], now: Figure) -> Figure | None:
    """Of the version before. While there is none: of the commit that was measured before."""
    other_versions = [one for one in earlier if one.version != now.version]
    other_commits = [one for one in earlier if one.commit != now.commit]
    return next(reversed(other_versions or other_commits), None)


def describe(found: Iterable[Change]) -> str:
    """The figures that became slower, as Markdown."""
    compared = list(found)
    slower = sorted(
        (one for one in compared if one.ratio > SLOWER), key=lambda one: one.ratio, reverse=True
    )
    summary = (
        f"{len(slower)} of {len(compared)} figures are more than {percent(SLOWER - 1)} slower"
        " than in the release before."
    )
    return f"{summary}\n\n{table(HEAD, map(_row, slower))}" if slower else summary


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _row(one: Change) -> tuple[str, ...]:
    size = f", {one.now.size}" if one.now.size > 1 else ""
    return (
        one.now.what + size,
        one.now.provider,
        format_seconds(one.before.median),
        spread(one.before.least, one.before.most),
        f"{one.before.version} ({one.before.commit})",
        format_seconds(one.now.median),
        spread(one.now.least, one.now.most),
        f"ratio to {one.reference}" if one.reference else "seconds",
        f"+{percent(one.ratio - 1)}",
    )
