"""Requests that a script on a page sends, by a real Chromium: one that got no answer is sent again."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from understudy.testing.browser import start_browser
from understudy.testing.pages import Page
from understudy.testing.site import Site

pytestmark = pytest.mark.needs("chromium", "chromedriver")


class Cut(ThreadingHTTPServer):
    """Answers a page, and requests to it after as many as it cuts off."""

    cut = 0


class Handler(BaseHTTPRequestHandler):
    server: Cut

    def do_GET(self) -> None:
        self._answer(200)

    def do_POST(self) -> None:
        self._answer(403)

    def _answer(self, status: int) -> None:
        if self.server.cut:
            self.server.cut -= 1
            return
        self.send_response(status)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Cut]:
    with Cut(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def page(server: Cut) -> Iterator[Page]:
    url = f"http://pages.test:{server.server_port}"
    browser = start_browser(Site("staging", url, "127.0.0.1", disposable=True))
    try:
        page = Page(browser, url)
        page.open()
        yield page
    finally:
        browser.quit()


def test_post_that_was_cut_off_is_sent_again(server: Cut, page: Page) -> None:
    server.cut = 2

    assert page.post_status({"text": "Forged"}) == 403
    assert server.cut == 0


def test_requests_at_once_that_were_cut_off_are_sent_again(server: Cut, page: Page) -> None:
    server.cut = 3

    assert page.texts_at_once(4) == ["here"] * 4
    assert server.cut == 0
