"""What holds for the site of any app: its checked pages open in a browser."""

from understudy.config.app import App
from understudy.testing.browser import Browser
from understudy.testing.pages import Page
from understudy.testing.site import Site

ERROR = 400


def test_checked_pages_open(browser: Browser, site: Site, app: App) -> None:
    """Those that a release has to answer before it goes live: health_path and check_paths."""
    statuses = {}
    for path in (app.health_path, *app.check_paths):
        page = Page(browser, f"{site.url}{path}")
        page.open()
        statuses[path] = page.status()

    assert max(statuses.values()) < ERROR, statuses
