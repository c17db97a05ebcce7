"""Starts a browser on a Selenium Grid: waits for its slot, and says why there is none."""

from dataclasses import replace
from urllib.parse import urlsplit

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.remote_connection import ChromeRemoteConnection
from selenium.webdriver.edge.remote_connection import EdgeRemoteConnection
from selenium.webdriver.firefox.remote_connection import FirefoxRemoteConnection
from selenium.webdriver.remote.client_config import ClientConfig
from urllib3.exceptions import HTTPError

from understudy.config.web_ports import HTTPS
from understudy.errors import Unreachable
from understudy.testing import trust
from understudy.testing.browser import PAGE_SECONDS
from understudy.testing.grid import Grid, is_named
from understudy.testing.grid_browser import GridBrowser, GridFirefox
from understudy.testing.grid_options import CHROME, EDGE, FIREFOX, Wanted, options_for
from understudy.testing.site import Site
from understudy.testing.still import Masks
from understudy.traffic.client import Endpoint
from understudy.traffic.handshake import trusted_key

# Of the wait for a slot: longer than a Grid's own limit, whose default is 300.
SLOT_SECONDS = 330
COMMAND_SECONDS = 120
_CONNECTIONS = {
    CHROME: ChromeRemoteConnection,
    EDGE: EdgeRemoteConnection,
    FIREFOX: FirefoxRemoteConnection,
}
_HINT = "docs/browser-tests.md says what a Grid needs; its page /ui shows nodes, sessions and the queue."


def start(grid: Grid, site: Site) -> GridBrowser:
    """Waits for a free slot. Raises Unreachable if the Grid gives no browser; it says why."""
    slots = grid.slots()
    kind = grid.browser.lower()
    if slots and not any(is_named(one.browser, kind) for one in slots):
        raise Unreachable(f"the Selenium Grid at {grid.url} {grid.why_none(slots)}", hint=_HINT)
    options = options_for(Wanted(grid, site, pinned_key(site)), slots)
    client = ClientConfig(
        remote_server_addr=grid.url,
        timeout=SLOT_SECONDS,
        username=grid.name or None,
        password=grid.password or None,
    )
    connection = _CONNECTIONS[kind](grid.url, client_config=client)
    browser_class = GridFirefox if kind == FIREFOX else GridBrowser
    try:
        browser = browser_class(connection, options)
    except (WebDriverException, HTTPError) as error:
        raise _no_browser(grid, error) from None
    client.timeout = COMMAND_SECONDS
    browser.site, browser.masks = site, Masks()
    browser.set_page_load_timeout(PAGE_SECONDS)
    browser.set_script_timeout(PAGE_SECONDS)
    return browser


def pinned_key(site: Site) -> str:
    """Of the site's certificate, if it is of a CA that only this machine knows, and for that name; else ""."""
    roots, url = trust.known(site.roots), urlsplit(site.url)
    if not roots or url.scheme != "https":
        return ""
    port = site.ports.of(url.port or HTTPS)
    door = Endpoint(site.address, port, tls=True, server_name=site.domain)
    return trusted_key(replace(door, verified=True, roots=roots))


def _no_browser(grid: Grid, error: Exception) -> Unreachable:
    if why := grid.why_none(grid.slots()):
        return Unreachable(f"the Selenium Grid at {grid.url} {why}", hint=_HINT)
    wanted = {"browserName": grid.browser, **grid.capabilities}
    shown = ", ".join(f"{name}: {value}" for name, value in wanted.items())
    said = (getattr(error, "msg", None) or type(error).__name__).partition("Host info:")[0].strip()
    return Unreachable(
        f"the Selenium Grid at {grid.url} gave no browser for {{{shown}}}", said, _HINT
    )
