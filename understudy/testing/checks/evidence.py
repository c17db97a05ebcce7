"""What was seen of a site: answers to requests, pages in a browser. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urldefrag, urljoin

HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Answer:
    """What a GET of a URL led to. url: after redirects. failure: why there is no answer; else "".

    headers: of the answer, by names in lower case. cookies: each as Set-Cookie has it. title: of a page with
    status 400, by which nginx says what it does not take.
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""
    cookies: tuple[str, ...] = ()
    title: str = ""

    @property
    def said(self) -> str:
        """In a message, as in "answers 404"."""
        return f"answers {self.status}" + (f" ({self.title})" if self.title else "")

    @property
    def location(self) -> str:
        """The URL to which a redirect leads; "" if it is none."""
        location = self.headers.get("location", "")
        is_redirect = 300 <= self.status < 400 and location
        return urldefrag(urljoin(self.url, location)).url if is_redirect else ""

    @property
    def content_type(self) -> str:
        """Without its parameters; "" if the answer names none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_page(self) -> bool:
        """Whether a browser shows this as a page of the site, and not as an error or a download."""
        is_shown = not self.headers.get("content-disposition", "").startswith("attachment")
        return 200 <= self.status < 300 and self.content_type in HTML and is_shown


@dataclass(frozen=True)
class Link:
    """words: its text and labels. is_plain: whether it leads somewhere by a GET alone.

    is_visible: without anything opened. A script may complete the address of one that it shows later.
    """

    url: str
    words: str = ""
    is_plain: bool = True
    is_visible: bool = True


@dataclass(frozen=True)
class ConsoleLine:
    """level, source and text as chromedriver has them: SEVERE, network, …"""

    level: str
    source: str
    text: str


@dataclass(frozen=True)
class Resource:
    """What a page has loaded. kind: what asked for it, such as img or fetch. size: bytes as sent, if known."""

    url: str
    kind: str
    status: int
    size: int


@dataclass(frozen=True)
class Element:
    """An element that breaks a rule. selector: of CSS. problem: what is wrong with it."""

    selector: str
    problem: str


@dataclass(frozen=True)
class Violation:
    """A rule of axe-core that a page breaks."""

    rule: str
    impact: str
    help: str
    elements: tuple[Element, ...]


@dataclass(frozen=True)
class Page:
    """A page in the browser. path: which was opened. url: where that led.

    is_document: whether it is an HTML document, and not a text or a fragment that a browser wraps in one.
    seconds: until it was loaded; None if it never was. waiting: URLs that it still waited for then.
    size: bytes as sent, of the page and of what it loaded from its own site. failure, axe_failure: why the
    browser or axe-core could not look at it; else "".
    """

    path: str
    url: str
    status: int = 200
    is_document: bool = True
    title: str = ""
    language: str = ""
    seconds: float | None = 0
    size: int = 0
    console: tuple[ConsoleLine, ...] = ()
    resources: tuple[Resource, ...] = ()
    waiting: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    violations: tuple[Violation, ...] = ()
    axe_failure: str = ""
    failure: str = ""

    @classmethod
    def of(
        cls,
        path: str,
        found: Mapping[str, Any],
        axe: Mapping[str, Any],
        console: tuple[ConsoleLine, ...],
    ) -> Self:
        """found: what evidence.js returns. axe: what axe_run.js returns."""
        return cls(
            path=path,
            url=found["url"],
            status=found["status"],
            is_document=found["isDocument"],
            title=found["title"],
            language=found["language"],
            seconds=found["seconds"],
            size=found["size"],
            console=console,
            resources=tuple(Resource(**each) for each in found["resources"]),
            waiting=tuple(found["waiting"]),
            links=tuple(
                Link(each["url"], each["words"], each["isPlain"], each["isVisible"])
                for each in found["links"]
            ),
            violations=tuple(_violation(each) for each in axe["violations"]),
            axe_failure=axe["failure"],
        )


def _violation(found: Mapping[str, Any]) -> Violation:
    elements = tuple(Element(**each) for each in found["elements"])
    return Violation(found["rule"], found["impact"], found["help"], elements)


@dataclass(frozen=True)
class Crawl:
    """What a crawl has seen. base: the site's URL. starts: the paths where it began.

    demanded: those of them that deploy.yml names. answers: by the URL that was requested. pages: visited, in
    order. static: answers to requests that ask the app to name itself, of what the pages loaded.
    left_out: what the crawl's limits kept it from, in words.
    """

    base: str
    starts: tuple[str, ...] = ("/",)
    demanded: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    pages: tuple[Page, ...] = ()
    static: Mapping[str, Answer] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
