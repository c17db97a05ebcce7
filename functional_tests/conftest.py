"""The fixtures of the example's tests."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from functional_tests.pages import HomePage, ListPage
from understudy.testing.browser import Browser
from understudy.testing.fixtures import UNDER_TEST
from understudy.testing.site import Site

EXAMPLE_APP = "todo.wsgi:application"


@pytest.fixture(scope="session")
def example_app(site: Site, pytestconfig: pytest.Config) -> None:
    """Skips these tests if deploy.yml has another app: the project's own tests try others, too."""
    module = pytestconfig.stash[UNDER_TEST].config.app.module
    if module != EXAMPLE_APP:
        pytest.skip(f"a test of the example app, {EXAMPLE_APP}; app.module is {module}")


@pytest.fixture
def home(example_app: None, browser: Browser, site: Site) -> HomePage:
    """The home page, opened."""
    page = HomePage(browser, f"{site.url}/")
    page.open()
    return page


@pytest.fixture
def new_title(home: HomePage) -> Iterator[Callable[[], str]]:
    """Makes up titles of lists, and removes the lists that have them after the test."""
    titles: list[str] = []

    def make_up() -> str:
        titles.append(f"Functional test {uuid4().hex[:12]}")
        home.browser.mask_text(titles[-1])
        return titles[-1]

    yield make_up
    home.open()
    for title in titles:
        if title in home.titles():
            home.delete_list(title)


@pytest.fixture
def todo_list(home: HomePage, new_title: Callable[[], str]) -> ListPage:
    """A list with one item, opened."""
    return home.start_list(new_title())
