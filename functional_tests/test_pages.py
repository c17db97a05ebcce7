"""The parts of the pages: styles, scripts, images, and the page for an unknown address."""

import re
from uuid import uuid4

from functional_tests.pages import HomePage, ListPage
from understudy.testing.pages import Page
from understudy.testing.site import Site

NOT_FOUND = 404


def test_stylesheet_lays_out_the_page(home: HomePage) -> None:
    assert home.style(".site-header", "display") == "flex"


def test_stylesheet_is_named_by_its_content(home: HomePage) -> None:
    address = str(home.find("link[rel=stylesheet]").get_attribute("href"))

    assert re.search(r"\.[0-9a-f]{12}\.css$", address)


def test_logo_is_shown(home: HomePage) -> None:
    assert home.image_width("#logo") > 0


def test_console_has_no_errors(home: HomePage) -> None:
    assert home.console_errors() == []


def test_console_has_no_errors_on_a_list(todo_list: ListPage) -> None:
    todo_list.toggle(todo_list.items()[0])

    assert todo_list.console_errors() == []


def test_pages_load_nothing_from_other_hosts(todo_list: ListPage, site: Site) -> None:
    elsewhere = [url for url in todo_list.asked_for() if not url.startswith(f"{site.url}/")]

    assert elsewhere == []


def test_script_ticks_off_an_item_without_a_new_page(todo_list: ListPage) -> None:
    todo_list.browser.execute_script("window.isStillHere = true")
    [item] = todo_list.items()
    assert todo_list.count() == "1 open"

    todo_list.toggle(item)

    assert todo_list.count() == "All done"
    assert todo_list.browser.execute_script("return window.isStillHere") is True


def test_ticked_item_is_still_ticked_after_a_reload(todo_list: ListPage) -> None:
    [item] = todo_list.items()
    todo_list.toggle(item)

    todo_list.open()

    assert todo_list.is_ticked(item)


def test_unknown_address_gets_the_sites_own_page(home: HomePage) -> None:
    missing = Page(home.browser, f"{home.url}{uuid4().hex}")

    missing.open()

    assert missing.status() == NOT_FOUND
    assert "not on any list" in missing.find("#not-found h1").text
