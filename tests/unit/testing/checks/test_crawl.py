"""What a crawl visits and requests, and where it stops."""

from dataclasses import dataclass, field

from tests.unit.testing.checks.seen import BASE, HTML, home
from understudy.testing.checks.crawl import Crawler, Limits, starts
from understudy.testing.checks.evidence import Answer, Crawl, Link, Page, Resource


@dataclass
class FakeSite:
    """pages: path -> the paths that it links to. others: path -> its answer. seconds: of each request."""

    pages: dict[str, list[str]]
    others: dict[str, Answer] = field(default_factory=dict)
    loads: tuple[Resource, ...] = ()
    seconds: float = 0
    now: float = 0
    asked: list[str] = field(default_factory=list)
    probed: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)

    def get(self, url: str) -> Answer:
        self.now += self.seconds
        path = url.removeprefix(BASE)
        self.asked.append(path)
        status = 200 if path in self.pages else 404
        return self.others.get(path, Answer(url, status, HTML))

    def probe(self, url: str) -> Answer:
        self.probed.append(url.removeprefix(BASE))
        return Answer(url, 200)

    def visit(self, url: str) -> Page:
        path = url.removeprefix(BASE)
        self.visited.append(path)
        links = tuple(Link(f"{BASE}{to}") for to in self.pages[path])
        return home(path=path, url=url, links=links, resources=self.loads)

    def crawl(self, *starts: str, limits: Limits = Limits()) -> Crawl:  # noqa: B008
        crawler = Crawler(BASE, self.get, self.probe, self.visit, lambda: self.now, limits)
        return crawler.run(starts or ("/",))


def test_crawl_starts_at_the_home_page_and_at_checked_paths() -> None:
    assert starts((), ()) == ("/",)
    assert starts((), ("/", "/shop/")) == ("/", "/shop/")


def test_deploy_yml_may_name_the_starts() -> None:
    assert starts(("/shop/",), ("/about/",)) == ("/shop/",)


def test_pages_of_the_first_level_are_visited_and_their_links_requested() -> None:
    site = FakeSite({"/": ["/a", "/b"], "/a": ["/c"], "/b": ["/"], "/c": ["/d"]})

    seen = site.crawl()

    assert site.visited == ["/", "/a", "/b"]
    assert site.asked == ["/", "/a", "/b", "/c"]
    assert [page.path for page in seen.pages] == site.visited
    assert seen.left_out == ()


def test_all_starts_are_visited_first() -> None:
    site = FakeSite({"/x": ["/a"], "/y": [], "/a": []})

    site.crawl("/x", "/y")

    assert site.visited == ["/x", "/y", "/a"]


def test_what_is_no_page_is_not_visited() -> None:
    pages = {"/": ["/api", "/paper.pdf", "/missing", "/export"]}
    attachment = {**HTML, "content-disposition": "attachment; filename=a.html"}
    others = {
        "/api": Answer(f"{BASE}/api", 200, {"content-type": "application/json"}),
        "/paper.pdf": Answer(f"{BASE}/paper.pdf", 200, {"content-type": "application/pdf"}),
        "/export": Answer(f"{BASE}/export", 200, attachment),
    }
    site = FakeSite(pages, others)

    seen = site.crawl()

    assert site.visited == ["/"]
    assert seen.answers[f"{BASE}/missing"].status == 404


def test_login_to_which_many_links_lead_is_visited_once() -> None:
    to_login = {
        path: Answer(f"{BASE}/login?next={path}", 200, HTML) for path in ("/", "/mine", "/yours")
    }
    site = FakeSite({"/login?next=/": ["/mine", "/yours"]}, to_login)

    site.crawl()

    assert site.visited == ["/login?next=/"]


def test_number_of_pages_has_a_limit() -> None:
    site = FakeSite({"/": ["/a", "/b", "/c"], "/a": [], "/b": [], "/c": []})

    seen = site.crawl(limits=Limits(pages=2))

    assert site.visited == ["/", "/a"]
    assert seen.left_out == ("2 pages beyond the limit of 2 not opened",)


def test_number_of_requests_has_a_limit() -> None:
    site = FakeSite({"/": ["/a", "/b", "/c", "/d"], "/a": [], "/b": [], "/c": [], "/d": []})

    seen = site.crawl(limits=Limits(pages=1, links=2))

    assert site.asked == ["/", "/a", "/b"]
    assert seen.left_out[-1] == "2 links beyond the limit of 2 not followed"


def test_time_has_a_limit() -> None:
    site = FakeSite({"/": ["/a", "/b", "/c"], "/a": [], "/b": [], "/c": []}, seconds=15)

    seen = site.crawl(limits=Limits(seconds=40))

    assert site.asked == ["/", "/a", "/b"]
    assert "links not followed after 40 s" in seen.left_out[-1]


def test_site_is_asked_for_the_files_that_its_pages_load_each_once() -> None:
    loads = (
        Resource(f"{BASE}/static/a.css", "link", 200, 10),
        Resource(f"{BASE}/static/logo.svg#mark", "img", 200, 10),
        Resource(f"{BASE}/static/gone.png", "img", 404, 10),
        Resource(f"{BASE}/api", "fetch", 200, 10),
        Resource("http://cdn.test/b.js", "script", 200, 10),
    )
    site = FakeSite({"/": ["/a"], "/a": []}, loads=loads)

    seen = site.crawl()

    assert site.probed == ["/static/a.css", "/static/logo.svg"]
    assert list(seen.static) == [f"{BASE}/static/a.css", f"{BASE}/static/logo.svg"]
