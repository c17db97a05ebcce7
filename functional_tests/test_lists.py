"""Lists and items, from adding to deleting."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functional_tests.pages import HomePage, ListPage
from understudy.testing.browser import Browser
from understudy.testing.png import png
from understudy.testing.site import Site

FORBIDDEN = 403
# A small photo, large enough to show that nginx accepts uploads.
PICTURE_WIDTH, PICTURE_HEIGHT = 1000, 700
# So many that no single worker gets them all.
REQUESTS = 24
CLOCKS_DIFFER = timedelta(minutes=10)


def test_item_is_there_after_a_reload(todo_list: ListPage) -> None:
    todo_list.submit_item("Oil the lock")

    todo_list.open()

    assert todo_list.items()[-1] == "Oil the lock"


def test_item_is_there_in_another_browser(todo_list: ListPage, second_browser: Browser) -> None:
    todo_list.submit_item("Oil the lock")

    elsewhere = ListPage(second_browser, todo_list.url)
    elsewhere.open()

    assert elsewhere.items() == todo_list.items()
    assert "Oil the lock" in elsewhere.items()


def test_deleted_item_is_gone_after_a_reload(todo_list: ListPage) -> None:
    todo_list.submit_item("Oil the lock")
    todo_list.delete_item("Oil the lock")

    todo_list.open()

    assert "Oil the lock" not in todo_list.items()


def test_post_without_csrf_token_is_refused(todo_list: ListPage) -> None:
    status = todo_list.post_status({"text": "Forged"})

    todo_list.open()

    assert status == FORBIDDEN
    assert "Forged" not in todo_list.items()


def test_uploaded_picture_is_shown(todo_list: ListPage, tmp_path: Path) -> None:
    picture = tmp_path / "door.png"
    picture.write_bytes(png(PICTURE_WIDTH, PICTURE_HEIGHT))

    todo_list.submit_item("Paint it like this", picture)

    assert todo_list.image_width("#items .picture img") == PICTURE_WIDTH


def test_deleted_list_is_gone_from_the_home_page(
    home: HomePage, new_title: Callable[[], str]
) -> None:
    title = new_title()
    home.start_list(title)
    home.open()
    assert title in home.titles()

    home.delete_list(title)

    assert title not in home.titles()


def test_new_list_is_at_an_address_of_the_site(todo_list: ListPage, site: Site) -> None:
    assert todo_list.url.startswith(f"{site.url}/lists/")


def test_every_worker_shows_a_new_list(home: HomePage, new_title: Callable[[], str]) -> None:
    """Whichever process answers. A process that keeps data in its own memory hides it from the others."""
    home.start_list(new_title())
    # Now each worker has shown a list, and could keep it in memory.
    home.texts_at_once(REQUESTS)
    home.open()
    title = new_title()
    home.start_list(title)

    shown = {title in text for text in home.texts_at_once(REQUESTS)}

    assert shown != {True, False}, "workers answer differently"
    assert shown == {True}


def test_list_was_made_just_now_wherever_one_looks_from(todo_list: ListPage) -> None:
    made = todo_list.made()

    assert made.tzinfo is not None, f"the page says {made}, and not in which time zone"
    assert abs(datetime.now(UTC) - made) < CLOCKS_DIFFER


@pytest.mark.destroys_data
def test_home_page_says_so_when_there_are_no_lists(
    home: HomePage, new_title: Callable[[], str]
) -> None:
    home.start_list(new_title())
    home.open()

    while titles := home.titles():
        home.delete_list(titles[0])

    assert home.says_no_lists()
