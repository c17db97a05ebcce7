"""A picture of the example site on the staging VM, with a list that is gone afterwards."""

from pathlib import Path

from functional_tests.pages import HomePage
from tests.house.terminal_pictures import TOP
from understudy.paths import Project
from understudy.testing.browser import start_browser
from understudy.testing.site import site_of
from understudy.vm import address

TITLE, ITEMS = "Water the plants", ("Lend Ann the ladder", "Oil the lock", "Return the books")


def draw(file: Path, config: Path = TOP / "deploy.yml", target: str = "vagrant") -> None:
    site = site_of(address.load(Project(config.parent, config)), target)
    with start_browser(site) as browser:
        home = HomePage(browser, f"{site.url}/")
        home.open()
        page = home.start_list(TITLE)
        for item in ITEMS:
            page.submit_item(item)
        page.toggle(ITEMS[1])
        browser.set_window_size(1000, 900)
        browser.save_screenshot(file)
        home.open()
        home.delete_list(TITLE)
