"""Whether several web hosts are one site for a visitor who has logged in. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

# Path, and whether with the session -> what a host answers.
Ask = Callable[[str, bool], "Shown"]


@dataclass(frozen=True)
class Shown:
    """status: of the last answer. url: after redirects. renewed: whether the session's cookie was set."""

    status: int
    url: str
    renewed: bool = False

    @property
    def words(self) -> str:
        return f"{self.status} at {urlsplit(self.url).path}"

    @property
    def _page(self) -> tuple[int, str]:
        return self.status, urlsplit(self.url).path

    def is_as(self, other: "Shown") -> bool:
        return self._page == other._page and self.renewed == other.renewed


def strangers(paths: Iterable[str], own: Ask, other: Ask) -> Iterator[str]:
    """Pages on which a session of `own` is none at `other`: a sentence each.

    Only pages that show at `own` that the session counts, and look the same at both without one.
    """
    for path in paths:
        known, without = own(path, True), own(path, False)
        there = other(path, True)
        if known.is_as(there) or not without.is_as(other(path, False)):
            continue
        if there.renewed or not known.is_as(without):
            yield f"{path}: {known.words}, and {_instead(there)} there"


def _instead(there: Shown) -> str:
    return "the session is forgotten" if there.renewed else there.words
