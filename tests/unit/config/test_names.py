"""The names of a target's site, and which of them only lead to another."""

import pytest

from tests.unit.fakes import config
from understudy.config import model as configuration
from understudy.config.names import readable
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError

TEXT = (
    "app: {name: shop, source: ., module: a:b}\ntargets:\n  p:\n    address: a\n    admin: debian\n"
)


def target(**keys: object) -> TargetConfig:
    return config(target=keys).target("staging")


def test_one_name_is_the_whole_list() -> None:
    found = target(domain="shop.test")

    assert (found.domain, found.domains, found.names) == (
        "shop.test",
        ("shop.test",),
        ("shop.test",),
    )
    assert found.other_names == {}
    assert found.origins == ("http://shop.test",)


def test_names_that_lead_elsewhere_are_names_of_the_certificate_only() -> None:
    led = [{"name": "a.de", "redirect_to": "b.com"}, {"name": "c.de", "redirect_to": "www.b.com"}]
    more = {"name": "d.de", "redirect_to": "b.com"}
    found = target(domains=["b.com", *led, "www.b.com", more], https="auto")

    assert found.domain == "b.com"
    assert found.domains == ("b.com", "www.b.com")
    assert found.names == ("b.com", "a.de", "c.de", "www.b.com", "d.de")
    assert found.other_names == {"b.com": ("a.de", "d.de"), "www.b.com": ("c.de",)}
    assert (found.origin, found.origins) == (
        "https://b.com",
        ("https://b.com", "https://www.b.com"),
    )


def test_each_host_of_a_target_has_all_names() -> None:
    found = target(domains=["b.com", "www.b.com"], addresses=["192.0.2.7", "192.0.2.8"])

    assert [host.domains for host in found.hosts()] == [("b.com", "www.b.com")] * 2


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        # IDNA 2003, as of Python's own codec, would make it strasse.example: another owner's name.
        ("straße.example", "xn--strae-oqa.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ],
)
def test_international_name_is_what_browsers_ask_for(typed: str, name: str) -> None:
    assert target(domain=typed).domain == name
    assert readable(name) == f"{typed.lower()} ({name})"


def test_name_that_only_looks_international_is_shown_as_it_is() -> None:
    assert readable("xn--a.example") == "xn--a.example"


def test_wildcard_below_a_name_is_for_all_names_there() -> None:
    assert target(domains=["b.com", "*.b.com"]).domains == ("b.com", "*.b.com")


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        ("", "3: targets.p.domain: missing"),
        ("domains: []", "3: targets.p.domain: missing"),
        ("domain: a.b\n    domains: [c.d]", "7: targets.p.domains: give either `domain` or"),
        ("domains: a.b", "6: targets.p.domains: must be a list, for example [example.com, "),
        ("domain: a..b", "6: targets.p.domain: must be a domain in lower-case letters"),
        ("domain: Shop.test", "6: targets.p.domain: must be a domain in lower-case letters"),
        ("domain: '*.a.b'", "6: targets.p.domain: must be a domain"),
        ("domain: a ü.b", "6: targets.p.domain: must be a domain that can be registered: "),
        (f"domain: {'a' * 64}.b", "6: targets.p.domain: must be a domain"),
        ("domains:\n    - a.b\n    - a.b", "8: targets.p.domains.1: is listed twice"),
        ("domains: ['*.a.b']", "6: targets.p.domains.0: must come after"),
        (
            "domains: [{name: a.b, redirect_to: c.d}, c.d]",
            "6: targets.p.domains.0: must come after",
        ),
        (
            "domains: [a.b, {name: c.d, redirect_to: e.f}]",
            "6: targets.p.domains.1: redirect_to must be another of the target's names",
        ),
        (
            "domains: [a.b, {name: c.d, redirect: a.b}]",
            "6: targets.p.domains.1.redirect: unknown key; did you mean redirect_to?",
        ),
        (
            "domains: [a.b, '*.a.b']\n    https: auto",
            "6: targets.p.domains.1: needs `acme.dns` or the files of a `certificate`",
        ),
        ("domians: [a.b]", "6: targets.p.domians: unknown key; did you mean domains?"),
    ],
)
def test_mistake_in_names_is_reported_with_its_place(lines: str, mistake: str) -> None:
    with pytest.raises(ConfigError, match="has 1 mistake") as raised:
        configuration.parse(f"{TEXT}    {lines}\n")

    assert raised.value.details.startswith(f"deploy.yml:{mistake}")
