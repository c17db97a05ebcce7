"""The one crawl that all checks judge."""

import time
import warnings
from functools import partial

import pytest
from urllib3.exceptions import InsecureRequestWarning

from understudy.config.model import Config
from understudy.testing.browser import Browser, forget
from understudy.testing.checks import ask, judge, login
from understudy.testing.checks.crawl import Crawler, starts
from understudy.testing.checks.evidence import Crawl
from understudy.testing.checks.findings import Result
from understudy.testing.checks.visit import visit
from understudy.testing.fixtures import UNDER_TEST
from understudy.testing.site import Site

PROBE = {"X-Understudy-Probe": "1"}


@pytest.fixture(scope="session")
def settings(pytestconfig: pytest.Config) -> Config:
    """deploy.yml."""
    return pytestconfig.stash[UNDER_TEST].config


@pytest.fixture(scope="session")
def crawl(
    understudy_site: Site,
    understudy_browser: Browser,
    settings: Config,
    request: pytest.FixtureRequest,
) -> Crawl:
    """What one crawl of the site has seen."""
    url, browser = understudy_site.url, understudy_browser
    forget(browser)
    with understudy_site.client() as client, warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRequestWarning)
        # Some sites refuse programs that name themselves as such.
        client.headers["User-Agent"] = browser.execute_script("return navigator.userAgent")
        if settings.verify.login and understudy_site.disposable:
            cookie = login.cookie(request.getfixturevalue("host"), settings)
            client.headers["Cookie"] = str(cookie)
            login.give(browser, url, cookie)
        crawler = Crawler(
            url,
            get=partial(ask.get, client, url),
            probe=partial(ask.get, client, url, headers=PROBE),
            visit=partial(visit, browser, url),
            clock=time.monotonic,
        )
        pages, checked = settings.verify.pages, settings.app.check_paths
        return crawler.run(starts(pages, checked), demanded=pages or checked)


@pytest.fixture(scope="session")
def results(crawl: Crawl, settings: Config) -> dict[str, Result]:
    """What each check found, by its name."""
    return judge.judge(crawl, settings.app, settings.verify.budget)
