"""Ways of visitors that sometimes end at nothing, as nginx's access log tells them.

Two workers that don't know the same leave this trace: one makes a page with a form or a link, or
sends the visitor on, and the other one says that there is no such address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_LINE = re.compile(
    r'"(?P<method>[A-Z]+) (?P<url>\S+) [^"]*" (?P<status>\d{3}) \d+ "(?P<from>[^"]*)"'
)
# A part of a path that names one of many: a number or a UUID.
_ID = re.compile(r"(?<=/)(?:\d+|[0-9a-f-]{32,36})(?=/|$)")
_MISSING = (404, 410)


@dataclass(frozen=True)
class _Request:
    """before: the path of the page that the visitor came from, "" if from none."""

    method: str
    path: str
    status: int
    before: str

    @property
    def went_well(self) -> bool:
        return self.status < 400

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD", "OPTIONS")

    @property
    def kind(self) -> str:
        """The same for all lists, items or whatever an id in the path names."""
        return f"{self.method} {_ID.sub('#', self.path)}"


@dataclass(frozen=True)
class Transition:
    """A request and what led to it. fresh: whether that was made after all that was written."""

    start: str
    end: _Request
    fresh: bool

    @property
    def kind(self) -> tuple[str, str]:
        return self.start, self.end.kind


def find(log: str) -> str:
    """One line for each request that ended at nothing, though ways of its kind lead somewhere.

    Only if nothing was written since what led to it was made: else it may well be gone by now.
    """
    ways = list(_ways(log))
    open_ways = {way.kind for way in ways if way.end.went_well}
    dead_ends = (
        way.end
        for way in ways
        if way.end.status in _MISSING and way.fresh and way.kind in open_ways
    )
    return "".join(f"{end.method} {end.path} {end.status}\n" for end in dead_ends)


def _ways(log: str) -> Iterator[Transition]:
    pages: set[str] = set()
    last_write: _Request | None = None
    for request in _requests(log):
        if last_write and _is_sent_on(request, last_write):
            yield Transition(last_write.kind, request, fresh=True)
            last_write = None
        elif request.before:
            yield Transition(_ID.sub("#", request.before), request, request.before in pages)
        if request.went_well and request.writes:
            pages, last_write = set(), request
        elif request.went_well:
            pages.add(request.path)


def _is_sent_on(request: _Request, write: _Request) -> bool:
    """Whether a browser was redirected: then it still says that it comes from the page before."""
    redirected = 300 <= write.status < 400
    return redirected and not request.writes and request.before == write.before


def _requests(log: str) -> Iterator[_Request]:
    for line in _LINE.finditer(log):
        path, before = urlsplit(line["url"]).path, urlsplit(line["from"]).path
        yield _Request(line["method"], path, int(line["status"]), before.removeprefix("-"))
