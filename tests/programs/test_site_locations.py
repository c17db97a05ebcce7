"""Redirects, other servers of the host and nginx's own error pages, in a real nginx."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.programs.nginx_site import DOMAIN, App, Nginx, running
from tests.programs.site_config import CERTIFICATE
from tests.unit.fakes import TEMPLATES
from tests.unit.repositories import write
from understudy.paths import Overlay
from understudy.testing.browser import start_browser
from understudy.testing.checks.visit import visit
from understudy.testing.site import Site

pytestmark = pytest.mark.needs("nginx")
REDIRECTS = {
    "/old/": "/new/",
    "/feed": "https://example.com/rss?all=1",
    "/a.b/*": "/c/*",
    "/blog/*": "https://blog.example.com/*",
    "/shut/*": "/",
}


@contextmanager
def other_server() -> Iterator[int]:
    """At a port of loopback, as what `app.proxy` names."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with other_server() as port:
        app = {"redirects": REDIRECTS, "proxy": {"/api/": port, "/down/": 1024}}
        with running(tmp_path_factory.mktemp("site"), {}, app) as nginx:
            yield nginx


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/old/", "/new/"),
        ("/old/?a=b&c=%20", "/new/?a=b&c=%20"),
        ("/feed?a=b", "https://example.com/rss?all=1"),
        ("/a.b/x/y", "/c/x/y"),
        ("/a.b/x?a=b", "/c/x?a=b"),
        ("/a.b/", "/c/"),
        ("/a.b/%C3%BC%20%25", "/c/%C3%BC%20%25"),
        ("/a.b/%0dSet-Cookie:%20x", "/c/%0DSet-Cookie:%20x"),
        ("/blog/2020/x.html", "https://blog.example.com/2020/x.html"),
        ("/shut/x?a=b", "/?a=b"),
    ],
)
def test_redirect_keeps_what_follows_and_the_query(path: str, location: str, site: Nginx) -> None:
    answer, _ = site.get(path)

    assert (answer.status, answer.headers["Location"]) == (301, location)


def test_address_with_a_line_end_is_redirected_nowhere(site: Nginx) -> None:
    answer, _ = site.get("/a.b/x%0aSet-Cookie:%20x")

    assert (answer.status, "Location" in answer.headers) == (404, False)


@pytest.mark.parametrize("path", ["/old", "/old/x", "/feeds", "/axb/x", "/new/"])
def test_other_addresses_are_the_apps(path: str, site: Nginx) -> None:
    assert site.get(path)[0].status == 200


def test_other_server_of_the_host_gets_what_the_app_would(site: Nginx) -> None:
    seen = site.seen_by_app(path="/api/x?a=b", X_Forwarded_For="6.6.6.6")

    assert seen["Path"] == "/api/x?a=b"
    assert (seen["Host"], seen["X-Forwarded-For"]) == (DOMAIN, "127.0.0.1")


def page(answer: http.client.HTTPResponse, body: bytes) -> str:
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    text = body.decode()
    assert "nginx" not in text.lower()
    assert "gunicorn" not in text.lower()
    return text


def test_server_that_is_down_and_missing_files_have_pages_of_the_site(site: Nginx) -> None:
    for path, status, words in (
        ("/down/", 502, "not available"),
        ("/static/none", 404, "nothing at this address"),
        ("/media/none", 404, "nothing at this address"),
        ("/media/", 403, "be opened"),
        ("/understudy-error-502.html", 404, "nothing at this address"),
    ):
        answer, body = site.get(path)
        text = page(answer, body)
        assert answer.status == status
        assert words in text
        assert f"error {status}" in text


def test_form_that_meets_a_server_that_is_down_gets_the_page_too(site: Nginx) -> None:
    answer, body = site.ask("POST", "/down/", b"a=b")

    assert (answer.status, "Try again" in page(answer, body)) == (502, True)


def test_upload_that_is_too_large_has_a_page(site: Nginx) -> None:
    answer, body = site.ask("POST", "/", b"x" * (10 * 2**20 + 1))

    assert (answer.status, "larger than" in page(answer, body)) == (413, True)


@pytest.mark.parametrize("status", [404, 500, 502, 503])
def test_errors_of_the_app_are_sent_as_they_are(status: int, site: Nginx) -> None:
    answer, body = site.get(f"/status/{status}")

    assert (answer.status, body[:1]) == (status, b"{")


def test_app_that_is_down_and_host_without_a_release(tmp_path: Path) -> None:
    with running(tmp_path, CERTIFICATE) as nginx:
        (nginx.site("releases/r1") / "socket").unlink()
        answer, body = nginx.get("/", 443)
        assert (answer.status, "Try again" in page(answer, body)) == (502, True)

        nginx.site("current").unlink()
        for path in ("/", "/static/none"):
            assert nginx.get(path, 443)[0].status == 503


def test_error_pages_need_nothing_else(site: Nginx) -> None:
    """What they would need may be down as well."""
    _, body = site.get("/down/")

    assert b"src=" not in body
    assert b"url(" not in body
    assert b"@import" not in body


@pytest.mark.needs("chromium", "chromedriver")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_error_pages_are_accessible(scheme: str, site: Nginx) -> None:
    url = f"http://{DOMAIN}:{site.ports[80]}"
    browser = start_browser(Site("staging", url, "127.0.0.1", disposable=True))
    feature = {"name": "prefers-color-scheme", "value": scheme}
    try:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        for path, status in (("/down/", 502), ("/static/none", 404)):
            page = visit(browser, url, f"{url}{path}")
            assert (page.status, page.violations, page.axe_failure) == (status, (), "")
    finally:
        browser.quit()


def test_snippet_of_the_project_counts_before_ours(tmp_path: Path) -> None:
    snippets = {
        "10-own.conf": "location = /own { return 200 mine; }\n",
        "20-pages.conf": "error_page 404 /own;\nlocation ~ ^/static/x { return 418; }\n",
    }
    write(tmp_path / "templates/nginx.d", snippets)
    overlay = Overlay((tmp_path / "templates", *TEMPLATES.folders))
    with running(tmp_path / "site", {}, templates=overlay) as nginx:
        assert nginx.get("/own")[1] == b"mine"
        assert nginx.get("/media/none")[1] == b"mine"
        assert nginx.get("/static/x")[0].status == 418
        assert nginx.get("/")[0].status == 200
