"""The screenshots on the page: how each compares, and which tests it leads to. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from understudy.report import summary
from understudy.report.summary import TestRow


@dataclass(frozen=True)
class Picture:
    """A page as a test left it. name: of the test's picture. also: names of others that show the same.

    image: a WebP, as `before` and `marked`. share: of pixels that differ from the last passed rehearsal, 0 to
    1; None if they weren't compared. before: the page then; marked: the page with those pixels marked; both
    empty if there are none. note: why it wasn't compared, or what else may have made the difference.
    """

    name: str
    image: bytes
    share: float | None = None
    marked: bytes = b""
    also: tuple[str, ...] = ()
    before: bytes = b""
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)

    @property
    def state(self) -> str:
        """changed, unclear, new or same."""
        if self.note:
            return "unclear"
        if self.share is None:
            return "new"
        return "changed" if self.share else "same"


@dataclass(frozen=True)
class Shown:
    """A picture on the page, which is there once. id: of its part. named: the names of the pictures that look
    so, each with its test, if that was recorded; failed tests first.
    """

    id: str
    picture: Picture
    named: Sequence[tuple[str, TestRow | None]]

    @property
    def row(self) -> TestRow | None:
        """The test with which the page shows it."""
        return self.named[0][1]

    @property
    def rows(self) -> Sequence[TestRow]:
        """Each of its tests, once."""
        found = [row for _, row in self.named if row]
        return [row for place, row in enumerate(found) if row not in found[:place]]


def compared(pictures: Sequence[Picture]) -> tuple[int, int] | None:
    """How many changed, of how many that the last passed rehearsal has, too. None if it has none."""
    counts = Counter(one.state for one in pictures for _ in one.names)
    known = counts.total() - counts["new"]
    return (counts["changed"], known) if known else None


def shown(pictures: Sequence[Picture], tests: Sequence[TestRow]) -> Iterator[Shown]:
    """A test that failed comes first of those that have the same name."""
    by_picture = summary.by_picture(tests)
    for number, picture in enumerate(pictures, 1):
        named = [(name, summary.test_of(name, by_picture)) for name in picture.names]
        named.sort(key=lambda one: one[1] is None or one[1].assertion is None)
        yield Shown(f"picture-{number}", picture, named)
