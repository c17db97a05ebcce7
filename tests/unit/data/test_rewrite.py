"""Names of one target's site become those of another's, in any text.

In databases: tests/programs/test_rewriting.py.
"""

import re
from typing import Any

import pytest

from understudy.config.data import Data
from understudy.config.target import TargetConfig
from understudy.data import rewrite
from understudy.data.rewrite import Rewrite

SHOP = Rewrite((("shop.example.com", "shop.test"),), "http")


def target(**names: Any) -> TargetConfig:
    return TargetConfig.model_validate({"admin": "root", "address": "192.0.2.7", **names})


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("shop.example.com", "shop.test"),
        ("See https://shop.example.com/a?b=c#d.", "See http://shop.test/a?b=c#d."),
        ("https://shop.example.com:8443/a", "http://shop.test/a"),
        ("HTTPS://Shop.Example.COM/A", "http://shop.test/A"),
        ("//shop.example.com:443/logo.svg", "//shop.test/logo.svg"),
        ("wss://shop.example.com/live", "ws://shop.test/live"),
        ("Ask info@shop.example.com.", "Ask info@shop.test."),
        ("shop.example.com:5432", "shop.test:5432"),
        ('<a href="https://shop.example.com">x</a>', '<a href="http://shop.test">x</a>'),
        # In JSON, in JSON that PHP or COPY has escaped, in the text of a URL's parameter.
        (r'{"next": "https:\/\/shop.example.com\/a"}', r'{"next": "http:\/\/shop.test\/a"}'),
        (r'{"next": "https:\\/\\/shop.example.com"}', r'{"next": "http:\\/\\/shop.test"}'),
        (r'{"text": "a\nshop.example.com\tb"}', r'{"text": "a\nshop.test\tb"}'),
        (r"\u002f\u002fshop.example.com", r"\u002f\u002fshop.test"),
        ("?to=https%3A%2F%2Fshop.example.com%2Fa", "?to=http%3A%2F%2Fshop.test%2Fa"),
        ("shop.example.com,shop.example.com", "shop.test,shop.test"),
    ],
)
def test_whole_name_is_replaced_with_scheme_and_port(text: str, becomes: str) -> None:
    assert SHOP.in_text(text.encode()).decode() == becomes
    assert re.search(SHOP.pattern, text.lower())
    assert not re.search(SHOP.pattern, becomes.lower())


@pytest.mark.parametrize(
    "text",
    [
        "https://cdn.shop.example.com/x.css",
        "https://myshop.example.com",
        "https://my-shop.example.com",
        "shop.example.community",
        "https://shop.example.com.evil.org/",
        "shop.example.com-old",
        "shop-example.com shopxexample.com example.com",
        "shop.test",
    ],
)
def test_other_names_stay(text: str) -> None:
    assert SHOP.in_text(text.encode()).decode() == text
    assert not re.search(SHOP.pattern, text)


def test_scheme_is_that_of_the_target() -> None:
    secure = Rewrite((("shop.example.com", "shop.test"),), "https")

    text = b"http://shop.example.com ws://shop.example.com"
    assert secure.in_text(text) == b"https://shop.test wss://shop.test"


def test_names_at_the_same_place_belong_together() -> None:
    production = target(
        domains=[
            "example.com",
            {"name": "www.example.com", "redirect_to": "example.com"},
            "admin.example.com",
            "old.example.com",
        ]
    )
    staging = target(
        domains=["shop.test", {"name": "www.shop.test", "redirect_to": "shop.test"}, "admin.test"]
    )
    found = rewrite.of_targets(production, staging)

    assert dict(found.pairs) == {
        "example.com": "shop.test",
        "www.example.com": "www.shop.test",
        "admin.example.com": "admin.test",
        "old.example.com": "shop.test",
    }
    text = b"example.com www.example.com admin.example.com old.example.com"
    assert found.in_text(text) == b"shop.test www.shop.test admin.test shop.test"


def test_wildcard_keeps_the_first_part_where_the_target_has_one() -> None:
    production = target(domains=["example.com", "*.example.com"])
    both = rewrite.of_targets(production, target(domains=["shop.test", "*.shop.test"]))
    one = rewrite.of_targets(production, target(domain="shop.test"))

    text = b"https://ann.example.com/ https://x.ann.example.com/ example.com"
    assert both.in_text(text) == b"http://ann.shop.test/ https://x.ann.example.com/ shop.test"
    assert one.in_text(text) == b"http://shop.test/ https://x.ann.example.com/ shop.test"


def test_internationalised_name_is_found_as_it_was_typed() -> None:
    found = rewrite.of_targets(target(domain="münchen.example"), target(domain="shop.test"))

    text = "https://münchen.example/ https://xn--mnchen-3ya.example/".encode()
    assert found.in_text(text) == b"http://shop.test/ http://shop.test/"
    assert set(found.parts) == {"münchen.example", "xn--mnchen-3ya.example"}


def test_name_that_both_have_stays() -> None:
    both = target(domain="shop.example.com")

    assert rewrite.of_targets(both, both).pairs == ()


def test_key_changes_with_the_names_and_the_rules() -> None:
    other = Rewrite(SHOP.pairs, "https")
    rules = Data.model_validate({"rewrite": {"post": {"body": "replace"}}})

    assert (
        len({rewrite.key(SHOP, Data()), rewrite.key(other, Data()), rewrite.key(SHOP, rules)}) == 3
    )
    assert rewrite.key(SHOP, rules) == rewrite.key(SHOP, rules)


def test_names_of_djangos_sites_are_replaced_without_a_rule() -> None:
    data = Data.model_validate({"rewrite": {"post": {"body": "replace", "log": "keep"}}})

    assert data.names("django_site", "domain") == data.names("django_site", "name") == "replace"
    assert data.names("tenant.django_site", "domain") == "replace"
    assert (data.names("post", "body"), data.names("post", "log")) == ("replace", "keep")
    assert data.names("post", "title") is None
    excused = Data.model_validate({"rewrite": {"django_site": {"name": "keep"}}})
    assert excused.names("django_site", "name") == "keep"
