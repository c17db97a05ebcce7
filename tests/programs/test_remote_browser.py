"""The browser of another machine, with chromedriver as the remote end: it speaks a Grid's protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException

from tests.programs.grid_site import chromedriver, https_site, other_name
from tests.unit.web_server import WebServer, reply
from understudy.config.browser import Tunnel
from understudy.testing import chromium, grid_session
from understudy.testing.browser import console, forget, keep_state
from understudy.testing.grid import Grid
from understudy.testing.site import Site

pytestmark = pytest.mark.needs("chromium", "chromedriver")


@pytest.fixture
def grid(monkeypatch: pytest.MonkeyPatch) -> Iterator[Grid]:
    # A real node has that among its own options.
    monkeypatch.setattr(chromium, "COMMON", chromium.options())
    with chromedriver() as url:
        yield Grid(url)


def test_site_is_found_trusted_and_kept_with_no_file_on_the_node(
    grid: Grid, tmp_path: Path
) -> None:
    with https_site(tmp_path) as site, grid_session.start(grid, site) as browser:
        browser.get(site.url)
        assert browser.title == "hello"
        assert site.domain in browser.page_source
        keep_state(browser, tmp_path / "kept")
        forget(browser)
        assert console(browser) == []
        # By the key of this site, and no other way.
        with pytest.raises(WebDriverException, match="net::ERR_NAME_NOT_RESOLVED"):
            browser.get(other_name(site).url)
        with (
            https_site(tmp_path) as another,
            pytest.raises(WebDriverException, match="net::ERR_CERT_AUTHORITY_INVALID"),
        ):
            browser.get(another.url)

    kept = tmp_path / "kept"
    assert "a line of the console" in (kept / "console.log").read_text()
    assert (kept / "screenshot.png").read_bytes().startswith(b"\x89PNG")


def test_site_is_reached_through_a_tunnel(grid: Grid) -> None:
    """No one is at the site's own address."""
    with WebServer(lambda request: reply(body=request.headers["Host"].encode())) as server:
        through = Grid(grid.url, tunnel=Tunnel(http=f"127.0.0.1:{server.port}"))
        site = Site("staging", "http://shop.test", "127.0.0.9", disposable=True)
        with grid_session.start(through, site) as browser:
            browser.get(site.url)
            assert "shop.test" in browser.page_source
        with (
            grid_session.start(grid, site) as browser,
            pytest.raises(WebDriverException, match="SSH port forward"),
        ):
            browser.get("http://shop.test:9999/")
