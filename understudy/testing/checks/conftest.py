"""The one crawl that all checks judge."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from understudy.config.model import Config
from understudy.testing import workers
from understudy.testing.browser import Browser
from understudy.testing.checks import ask_edge, judge
from understudy.testing.checks.findings import Result
from understudy.testing.checks.site_crawl import crawl_site
from understudy.testing.fixtures import UNDER_TEST
from understudy.testing.site import Site

if TYPE_CHECKING:
    # It takes long to import.
    from testinfra.host import Host


@pytest.fixture(scope="session")
def settings(pytestconfig: pytest.Config) -> Config:
    """deploy.yml."""
    return pytestconfig.stash[UNDER_TEST].config


@pytest.fixture(scope="session")
def deploy_yml(pytestconfig: pytest.Config) -> Path:
    """Its path, of which messages show lines."""
    found = pytestconfig.stash[UNDER_TEST].project
    return found.config_file if found else Path("deploy.yml")


def _connect_to_app(config: pytest.Config) -> "Host":
    """testinfra's view of a host with the app: that of a proxy has none."""
    from understudy.testing.host import connect

    return connect(config.stash[UNDER_TEST].app_host)


@pytest.fixture(scope="session")
def results(
    understudy_site: Site,
    understudy_browser: Browser,
    settings: Config,
    request: pytest.FixtureRequest,
) -> dict[str, Result]:
    """What each check found, by its name."""

    def look() -> dict[str, Result]:
        app_host = partial(_connect_to_app, request.config)
        crawl = crawl_site(understudy_site, understudy_browser, settings, app_host)
        edge = ask_edge.look(understudy_site, settings.target(understudy_site.target))
        return judge.judge(crawl, edge, settings.app, settings.verify.budget)

    return workers.once(request.config, "checks", look)
