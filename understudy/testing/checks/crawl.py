"""A bounded walk over a site: the pages where it starts, those to which they link, and all that these name.

Pure: it is given what requests a URL, what visits a page, and the clock.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from understudy.testing.checks.evidence import Answer, Crawl, Page
from understudy.testing.checks.links import followable, is_own, without_fragment

# What these load is data, and no file of the site.
_DATA = {"fetch", "xmlhttprequest", "beacon", "iframe", "frame", "navigation", "other"}


@dataclass(frozen=True)
class Limits:
    """pages: opened in the browser. links: requested besides. files: asked where they come from.

    seconds: for all of it; what has begun then still ends.
    """

    pages: int = 10
    links: int = 60
    files: int = 20
    seconds: float = 40


def starts(named: Sequence[str], checked: Sequence[str]) -> tuple[str, ...]:
    """Where a crawl starts: at the paths of `verify.pages`, else at `/` and at those of app.check_paths."""
    return tuple(dict.fromkeys(named or ("/", *checked)))


@dataclass
class Crawler:
    """One crawl. get: requests a URL. probe: also asks the app to name itself. visit: opens a page."""

    base: str
    get: Callable[[str], Answer]
    probe: Callable[[str], Answer]
    visit: Callable[[str], Page]
    clock: Callable[[], float]
    limits: Limits = Limits()
    _answers: dict[str, Answer] = field(default_factory=dict)
    _pages: list[Page] = field(default_factory=list)
    _left_out: dict[str, set[str]] = field(default_factory=dict)
    _deadline: float = 0

    def run(self, starts: Sequence[str], demanded: Sequence[str] = ()) -> Crawl:
        """starts: paths. demanded: those of them that deploy.yml names."""
        self._deadline = self.clock() + self.limits.seconds
        self._enter([urljoin(self.base, path) for path in starts])
        self._enter(self._new_links())
        self._ask(self._new_links())
        static = self._ask_for_files()
        left_out = tuple(f"{len(urls)} {what}" for what, urls in self._left_out.items())
        answers, pages = self._answers, tuple(self._pages)
        return Crawl(self.base, tuple(starts), tuple(demanded), answers, pages, static, left_out)

    def _enter(self, urls: Iterable[str]) -> None:
        """Requests URLs, and visits those that are pages, each once."""
        for url in urls:
            if answer := self._answer(url):
                self._visit(answer)

    def _visit(self, answer: Answer) -> None:
        known = {urlsplit(page.url).path for page in self._pages}
        if not answer.is_page or urlsplit(answer.url).path in known:
            return
        if len(self._pages) >= self.limits.pages:
            self._leave_out(f"pages beyond the limit of {self.limits.pages} not opened", answer.url)
        else:
            self._pages.append(self.visit(answer.url))

    def _ask(self, urls: Iterable[str]) -> None:
        for url in urls:
            self._answer(url)

    def _answer(self, url: str) -> Answer | None:
        if url not in self._answers:
            if len(self._answers) >= self.limits.links + self.limits.pages:
                what = f"links beyond the limit of {self.limits.links} not followed"
                self._leave_out(what, url)
                return None
            if self.clock() > self._deadline:
                self._leave_out(f"links not followed after {self.limits.seconds:g} s", url)
                return None
            self._answers[url] = self.get(url)
        return self._answers[url]

    def _new_links(self) -> list[str]:
        links = tuple(link for page in self._pages for link in page.links)
        return [url for url in followable(links, self.base) if url not in self._answers]

    def _ask_for_files(self) -> dict[str, Answer]:
        files = dict.fromkeys(
            without_fragment(resource.url)
            for page in self._pages
            for resource in page.resources
            if resource.kind not in _DATA
            and resource.status < 400
            and is_own(resource.url, self.base)
        )
        return {url: self.probe(url) for url in list(files)[: self.limits.files]}

    def _leave_out(self, what: str, url: str) -> None:
        self._left_out.setdefault(what, set()).add(url)
