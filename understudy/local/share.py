"""How far a step is, as a value."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Unit = Literal["bytes", "packages"]


@dataclass(frozen=True)
class Share:
    """done: how much of the unit, 0 at first. total: how much it will be; None if that is not known."""

    done: int
    total: int | None = None
    unit: Unit = "bytes"


def measured(
    pieces: Iterable[bytes], on_share: Callable[[Share], None], total: int | None = None
) -> Iterator[bytes]:
    """The pieces; on_share gets after each how many bytes were taken by then."""
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece)
        on_share(Share(done, total))
