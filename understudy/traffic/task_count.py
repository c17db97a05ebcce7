"""How the tasks came out that were enqueued while a release went live. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# More names in a message would hide the rest of it.
MOST_NAMES = 5


@dataclass(frozen=True)
class TaskCount:
    """Marks of tasks. enqueued: of all. lost: never done. twice: done more than once.

    by_older: enqueued by the new release, and done by a worker of the old one.
    """

    enqueued: int
    lost: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    by_older: tuple[str, ...] = ()

    @property
    def once(self) -> int:
        return self.enqueued - len(self.lost) - len(self.twice)

    @property
    def is_right(self) -> bool:
        return not self.lost and not self.twice

    def text(self) -> str:
        older = f"; {len(self.by_older)} of the new release by a worker of the old one"
        return (
            f"tasks: {self.enqueued} enqueued, {self.once} done once, {len(self.twice)} twice, "
            f"{len(self.lost)} lost{older if self.by_older else ''}"
        )

    def details(self, enqueued_by: Mapping[str, str]) -> str:
        """A line for each kind of mistake, with the first of its tasks and the release that enqueued each."""
        kinds = (("lost", self.lost), ("done twice", self.twice))
        return "\n".join(f"{kind}: {_named(marks, enqueued_by)}" for kind, marks in kinds if marks)


def count(enqueued_by: Mapping[str, str], done: Iterable[tuple[str, str]], old: str) -> TaskCount:
    """enqueued_by: mark -> the release that enqueued the task. done: (mark, release) of each time one was done.

    old: the release that was live before the switch.
    """
    times = Counter[str]()
    by_older = []
    for mark, release in done:
        if mark in enqueued_by:
            times[mark] += 1
            if release == old != enqueued_by[mark]:
                by_older.append(mark)
    return TaskCount(
        len(enqueued_by),
        tuple(mark for mark in enqueued_by if not times[mark]),
        tuple(mark for mark in enqueued_by if times[mark] > 1),
        tuple(by_older),
    )


def notes(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(mark, release) of each line `MARK RELEASE`. Other lines, such as warnings, are left out."""
    for line in lines:
        match line.split():
            case [mark, release]:
                yield mark, release
            case _:
                pass


def _named(marks: tuple[str, ...], enqueued_by: Mapping[str, str]) -> str:
    named = ", ".join(f"{mark} (enqueued by {enqueued_by[mark]})" for mark in marks[:MOST_NAMES])
    more = len(marks) - MOST_NAMES
    return f"{named}, and {more} more" if more > 0 else named
