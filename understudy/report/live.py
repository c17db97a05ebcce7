"""What a terminal shows of a running step: its title, how far it is, and the last lines of its output. Pure."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from understudy.local.numbers import number_of
from understudy.local.share import Share
from understudy.report.host_names import with_host
from understudy.report.sanitize import plain

LINES = 3
# A title that is cut keeps so many columns: what is beside it gives way.
READABLE = 30
# A rate is of so many seconds, and is shown after the first one.
_SECONDS_OF_A_RATE, _FIRST_SECONDS = 5.0, 1.0
_BETWEEN = "  "
_UNITS = ("kB", "MB", "GB", "TB")


@dataclass
class Live:
    """A running step or phase. began: by the clock from which `now` comes, in seconds. depth: of a step in a
    phase it is 1. host: of a step of one of several.
    """

    title: str
    began: float
    depth: int = 0
    host: str = ""
    _last: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))
    # When each share was reported: those within the time of the rate, and the one before them.
    _shares: deque[tuple[float, Share]] = field(default_factory=deque)

    @property
    def whole_title(self) -> str:
        return with_host(self.host, self.title)

    def add(self, text: str) -> None:
        """Lines of output; only the last ones are kept."""
        self._last.extend(line.rstrip() for line in plain(text).splitlines() if line.strip())

    def advance(self, share: Share, now: float) -> None:
        if self._shares and _begins_again(self._shares[-1][1], share):
            self._shares.clear()
        self._shares.append((now, share))
        while len(self._shares) > 1 and self._shares[1][0] < now - _SECONDS_OF_A_RATE:
            self._shares.popleft()

    def facts(self, now: float) -> list[str]:
        """What is shown beside the title, the most important first: time, amount, rate."""
        if not self._shares:
            return [clock(now - self.began)]
        _, share = self._shares[-1]
        rate = self._rate(now) if share.unit == "bytes" else 0
        return [
            clock(now - self.began),
            amount(share),
            *([f"{size(rate)}/s"] if rate >= 1 else []),
        ]

    def whole(self, seconds: float) -> str:
        """What is shown of a step that has ended besides its seconds: ", 12.3 MB, 4.1 MB/s", or nothing."""
        if not self._shares:
            return ""
        _, share = self._shares[-1]
        if share.unit == "packages":
            return f", {number_of(share.total or 0, 'package')}"
        rate = f", {size(share.done / seconds)}/s" if seconds >= 1 else ""
        return f", {size(share.done)}{rate}"

    def _rate(self, now: float) -> float:
        """Bytes a second; 0 if it is not known yet, or nothing has come for a while."""
        (first, before), (last, share) = self._shares[0], self._shares[-1]
        if now - first < _FIRST_SECONDS or now - last > _SECONDS_OF_A_RATE:
            return 0
        return (share.done - before.done) / (now - first)

    def lines(self, width: int) -> str:
        """The last lines, indented, each cut so that it takes one line of a terminal of that width."""
        return "\n".join(cut(f"    {line}", width) for line in self._last)


def clock(seconds: float) -> str:
    """`1:05`, `1:00:05`."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def time_left(end: float | None, now: float) -> str:
    """Of a run that took so long before; empty if that is not known, or over."""
    return f"about {clock(end - now)} left" if end is not None and end > now else ""


def size(number: float) -> str:
    """Of bytes: `12.3 MB`, `800.0 kB`, `12 B`; a kB is 1000 of them."""
    if number < 1000:
        return f"{number:.0f} B"
    power = min(int(math.log10(number)) // 3, len(_UNITS))
    return f"{number / 1000**power:.1f} {_UNITS[power - 1]}"


def amount(share: Share) -> str:
    """`12.3 of 45.6 MB`, `12.3 MB`, `45 of 132 packages`."""
    if share.unit == "packages":
        return f"{share.done} of {number_of(share.total or 0, 'package')}"
    if share.total is None:
        return size(share.done)
    done, whole = size(share.done), size(share.total)
    unit = f" {whole.split()[-1]}"
    return f"{done.removesuffix(unit)} of {whole}"


def beside(title: str, facts: Sequence[str], left: str, width: int) -> tuple[str, str]:
    """A title, and what of the facts and the time left fits beside it into so many columns.

    The time left gives way first, to a title that would be cut; of the facts the last ones, until a part of
    the title can be read.
    """
    shown = [*facts, left] if left else [*facts]
    if left and len(title) > _room(shown, width):
        shown.pop()
    while shown and _room(shown, width) < min(len(title), READABLE):
        shown.pop()
    return cut(title, _room(shown, width)), _BETWEEN.join(("", *shown))


def cut(line: str, width: int) -> str:
    """A line of at most `width` characters, with an ellipsis for what is left out."""
    return line if len(line) <= width else f"{line[: max(width - 1, 0)]}…"


def _room(shown: Sequence[str], width: int) -> int:
    return width - len(_BETWEEN.join(("", *shown)))


def _begins_again(before: Share, share: Share) -> bool:
    return share.unit != before.unit or share.done < before.done
