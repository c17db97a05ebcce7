"""Links, forms and redirects that unexpectedly end with 404 or 410, in nginx's access log.

Workers that keep data in memory leave this trace: one makes a page with a link or a form, or a redirect,
and another one has no such address.
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
    """A request of a visitor. before: the path of the page that led to it, "" if there is none."""

    method: str
    path: str
    status: int
    before: str

    @property
    def succeeded(self) -> bool:
        return self.status < 400

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD", "OPTIONS")

    @property
    def kind(self) -> str:
        """Method and path, without the ids in the path."""
        return f"{self.method} {_ID.sub('#', self.path)}"


@dataclass(frozen=True)
class Transition:
    """A request and the page or redirect that led to it. fresh: nothing was written since that was made."""

    start: str
    end: _Request
    fresh: bool

    @property
    def kind(self) -> tuple[str, str]:
        return self.start, self.end.kind


def find(log: str) -> str:
    """A line `METHOD PATH STATUS` for each request that ended with 404 or 410, though others of its kind
    succeeded.

    Only if nothing was written after the page or redirect before it: else its target may have been
    deleted.
    """
    found = list(_transitions(log))
    working = {transition.kind for transition in found if transition.end.succeeded}
    broken = (
        transition.end
        for transition in found
        if transition.end.status in _MISSING and transition.fresh and transition.kind in working
    )
    return "".join(f"{end.method} {end.path} {end.status}\n" for end in broken)


def _transitions(log: str) -> Iterator[Transition]:
    pages: set[str] = set()
    last_write: _Request | None = None
    for request in _requests(log):
        if last_write and _is_redirect(request, last_write):
            yield Transition(last_write.kind, request, fresh=True)
            last_write = None
        elif request.before:
            yield Transition(_ID.sub("#", request.before), request, request.before in pages)
        if request.succeeded and request.writes:
            pages, last_write = set(), request
        elif request.succeeded:
            pages.add(request.path)


def _is_redirect(request: _Request, write: _Request) -> bool:
    """Whether the write led to the request by a redirect: then both have the same page before."""
    redirected = 300 <= write.status < 400
    return redirected and not request.writes and request.before == write.before


def _requests(log: str) -> Iterator[_Request]:
    for line in _LINE.finditer(log):
        path, before = urlsplit(line["url"]).path, urlsplit(line["from"]).path
        yield _Request(line["method"], path, int(line["status"]), before.removeprefix("-"))
