"""What a browser of a Selenium Grid is started with: it finds the site, with no file on its node. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from selenium import webdriver
from selenium.webdriver.common.options import ArgOptions

from understudy.config.browser import Tunnel
from understudy.errors import ConfigError
from understudy.testing import chromium
from understudy.testing.browser import OPTIONS
from understudy.testing.grid import Grid, Slot, is_named
from understudy.testing.site import Site

CHROME, EDGE, FIREFOX = "chrome", "microsoftedge", "firefox"


@dataclass(frozen=True)
class Wanted:
    """keys: digests of the site's key, with a comma between, to be trusted by itself; "" for none."""

    grid: Grid
    site: Site
    keys: str = ""


def options_for(wanted: Wanted, slots: Iterable[Slot]) -> ArgOptions:
    """slots: of the Grid. Raises KeyError for a browser that is not known here."""
    grid = wanted.grid
    options = _KINDS[grid.browser.lower()](wanted)
    if any(slot.downloads for slot in slots if is_named(slot.browser, grid.browser)):
        options.enable_downloads = True
    for name, value in grid.capabilities.items():
        options.set_capability(name, value)
    return options


def resolver_rule(site: Site, tunnel: Tunnel) -> str:
    """Chromium's --host-resolver-rules: through the tunnel for the ports that it has."""
    through = [
        f"MAP {name}:{port} {place}"
        for port, place in ((80, tunnel.http), (443, tunnel.https))
        if place
        for name in (site.domain, *site.others)
    ]
    return ", ".join([*through, site.resolver_rule])


def _chromium(wanted: Wanted, options: ArgOptions, prefix: str) -> ArgOptions:
    pins = [f"--ignore-certificate-errors-spki-list={wanted.keys}"] if wanted.keys else []
    rule = f"--host-resolver-rules={resolver_rule(wanted.site, wanted.grid.tunnel)}"
    for option in (*OPTIONS, *chromium.COMMON, rule, *pins):
        options.add_argument(option)
    options.set_capability(f"{prefix}:loggingPrefs", {"browser": "ALL"})
    return options


def _chrome(wanted: Wanted) -> ArgOptions:
    return _chromium(wanted, webdriver.ChromeOptions(), "goog")


def _edge(wanted: Wanted) -> ArgOptions:
    return _chromium(wanted, webdriver.EdgeOptions(), "ms")


def _firefox(wanted: Wanted) -> ArgOptions:
    """Firefox finds all names at one address or none; it trusts all certificates or those of its own CAs.

    Raises ConfigError for a site at other ports than its URL's: Firefox knows no option for them.
    """
    if any(wanted.site.ports.moved()):
        raise ConfigError(
            f"Firefox can't be led to the ports of {wanted.site.target}, which is behind a port forward",
            hint="Take Chromium: remove browserName from browser.capabilities in deploy.yml.",
        )
    options = webdriver.FirefoxOptions()
    for option in ("-headless", "--width=1280", "--height=900"):
        options.add_argument(option)
    options.set_preference("network.dns.forceResolve", wanted.site.address)
    options.accept_insecure_certs = bool(wanted.keys)
    return options


_KINDS: dict[str, Callable[[Wanted], ArgOptions]] = {
    CHROME: _chrome,
    EDGE: _edge,
    FIREFOX: _firefox,
}
