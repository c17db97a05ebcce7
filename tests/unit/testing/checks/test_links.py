"""Which links are the site's, and which a crawl may follow."""

import pytest

from tests.unit.testing.checks.seen import BASE
from understudy.testing.checks.evidence import Link
from understudy.testing.checks.links import followable, is_harmless, is_own, shown


@pytest.mark.parametrize(
    "url", ["http://shop.test/a", "https://shop.test/a", "http://SHOP.test", "http://shop.test?a=1"]
)
def test_link_is_own_by_its_host(url: str) -> None:
    assert is_own(url, BASE)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.shop.test/",
        "http://shop.test.evil.example/",
        "http://shop.test:8080/",
        "http://evil.example/shop.test",
        "mailto:me@shop.test",
        "javascript:void(0)",
        "tel:123",
        "ftp://shop.test/",
        "data:text/html,x",
    ],
)
def test_link_is_not_own(url: str) -> None:
    assert not is_own(url, BASE)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/accounts/logout/", ""),
        ("/log-out", ""),
        ("/log_off", ""),
        ("/signOut", ""),
        ("/items/7/delete", ""),
        ("/items?action=remove&id=7", ""),
        ("/items/7/x", "Delete"),
        ("/leave", "Sign out"),
        ("/basket/add-to/cart", "Add cart"),
        ("/abmelden", ""),
        ("/l%C3%B6schen/7", ""),
        ("/newsletter/unsubscribe", ""),
    ],
)
def test_link_that_may_change_something_is_not_followed(path: str, words: str) -> None:
    assert not is_harmless(Link(f"{BASE}{path}", words))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/login", "Log in"),
        ("/blog/outdoors", "Our blog, out now"),
        ("/catalogue", ""),
        ("/clearance", ""),
        ("/about/banking", ""),
        ("/deleted-scenes", ""),
    ],
)
def test_link_that_only_shows_something_is_followed(path: str, words: str) -> None:
    assert is_harmless(Link(f"{BASE}{path}", words))


def test_link_that_a_script_handles_is_not_followed() -> None:
    assert not is_harmless(Link(f"{BASE}/about", is_plain=False))


def test_each_path_is_followed_once_and_in_order() -> None:
    links = (
        Link(f"{BASE}/b#part"),
        Link(f"{BASE}/a"),
        Link(f"{BASE}/b"),
        Link(f"{BASE}/a?day=2"),
        Link("http://elsewhere.test/c"),
    )

    assert list(followable(links, BASE)) == [f"{BASE}/b", f"{BASE}/a"]


def test_link_to_https_is_followed_only_if_the_site_has_it() -> None:
    links = (Link("https://shop.test/a"), Link("http://shop.test/b"))

    assert list(followable(links, BASE)) == ["http://shop.test/b"]
    assert list(followable(links, "https://shop.test")) == [link.url for link in links]


def test_own_url_is_shown_as_a_path() -> None:
    assert shown(f"{BASE}/a?b=1", BASE) == "/a?b=1"
    assert shown("https://cdn.test/a.css", BASE) == "https://cdn.test/a.css"
