"""The crawl of a real site: with its browser, a client, and a session if deploy.yml has a command for one."""

import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from urllib3.exceptions import InsecureRequestWarning

from understudy.config.model import Config
from understudy.testing.browser import Browser, forget
from understudy.testing.checks import ask, login
from understudy.testing.checks.crawl import Crawler, Limits, starts
from understudy.testing.checks.evidence import Crawl
from understudy.testing.checks.visit import visit
from understudy.testing.client import Client
from understudy.testing.site import Site

if TYPE_CHECKING:
    # It takes long to import.
    from testinfra.host import Host

PROBE = {"X-Understudy-Probe": "1"}


def crawl_site(
    site: Site,
    browser: Browser,
    settings: Config,
    host: "Callable[[], Host]",
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
) -> Crawl:
    """host: connects to a host with the app; called only for a session."""
    forget(browser)
    with site.client() as client, warnings.catch_warnings():
        # The browser checks the certificate.
        warnings.simplefilter("ignore", InsecureRequestWarning)
        # Some sites refuse programs that name themselves as such.
        client.headers["User-Agent"] = browser.execute_script("return navigator.userAgent")
        # Elsewhere no session is made: it may be production.
        if settings.verify.login and site.disposable:
            _log_in(client, browser, site, login.cookie(host(), settings))
        crawler = Crawler(
            site.url,
            get=partial(ask.get, client, site.url),
            probe=partial(ask.get, client, site.url, headers=PROBE),
            visit=partial(visit, browser, site.url),
            clock=time.monotonic,
            limits=limits,
        )
        pages, checked = settings.verify.pages, settings.app.check_paths
        return crawler.run(starts(pages, checked), demanded=pages or checked)


def _log_in(client: Client, browser: Browser, site: Site, cookie: login.Cookie) -> None:
    client.headers["Cookie"] = str(cookie)
    login.give(browser, site.url, cookie)
