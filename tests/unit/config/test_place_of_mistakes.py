"""Mistakes are where they are made: their lines, and no others that follow from them."""

import pytest

from tests.unit.fakes import config
from understudy.config import spots, yaml_text
from understudy.config.mistakes import SECRET_PARTS
from understudy.config.model import parse
from understudy.errors import ConfigError

TEXT = """\
app:
  name: shop
  source: .
  module: a:b
  preset: plain
  environment:
    A: b
vm:
  memory: 2048
targets:
  production:
    admin: debian
    address: 192.0.2.7
    domains: [a.test]
"""


def details(text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        parse(text)
    return raised.value.details


def test_the_text_is_right() -> None:
    assert parse(TEXT)


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("app", "app:\n  upload_limit: 20m\n"),
        ("vm", "vm:\n  cpus: 2\n"),
        (
            "targets",
            "targets:\n  other:\n    admin: a\n    address: 192.0.2.8\n    domains: [b.test]\n",
        ),
        ("services", "services: [redis]\nservices: [memcached]\n"),
    ],
)
def test_key_that_is_given_twice_is_one_mistake(key: str, more: str) -> None:
    found = [line for line in details(TEXT + more).splitlines() if line.startswith("deploy.yml:")]

    [mistake] = found
    assert f": {key}: is given twice" in mistake


def test_other_mistakes_are_shown_beside_a_key_that_is_given_twice() -> None:
    found = details(TEXT + "vm:\n  cpus: many\n")

    assert "vm: is given twice" in found
    assert "vm.cpus: must be" in found


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize(
    ("place", "later"),
    [("name: shop", "domains: [a.test]"), ("A: b", "domains: [a.test]"), ("A: b", "memory: 2048")],
)
def test_unclosed_quote_is_shown_where_it_opens(quote: str, place: str, later: str) -> None:
    key, _, value = place.partition(" ")
    quoted = later.replace("a.test", f"{quote}a.test{quote}").replace("2048", f"{quote}2048{quote}")
    text = TEXT.replace(place, f"{key} {quote}{value}").replace(later, quoted)
    line = next(n for n, one in enumerate(TEXT.splitlines(), 1) if place in one)

    first, *excerpt = details(text).splitlines()

    assert first.startswith(f"deploy.yml:{line}: the quote that begins here has no end")
    # A value of `environment` may be a secret.
    assert any(f"{key} {quote}{value}" in shown for shown in excerpt) == (key != "A:")


def test_unclosed_quote_without_another_is_shown_where_it_opens() -> None:
    assert details(TEXT.replace("A: b", 'A: "b')).startswith("deploy.yml:7: the quote")


def test_line_after_secrets_is_shown() -> None:
    assert " | vmm:" in details(TEXT.replace("vm:", "vmm:"))


@pytest.mark.parametrize(
    ("environment", "hidden"),
    [
        ("environment:\n    A: b\n    C: d\nvm: {}\n", {2, 3, 4}),
        ("environment: {A: b,\n    C: d}\nvm: {}\n", {2, 3}),
        ('environment:\n    A: "b\n      c"\nvm: {}\n', {2, 3, 4}),
    ],
)
def test_lines_of_secrets_are_hidden(environment: str, hidden: set[int]) -> None:
    tree, _ = yaml_text.read(f"app:\n  {environment}")

    assert set(spots.lines_below(tree, SECRET_PARTS)) == hidden


def test_last_line_of_a_secret_of_several_lines_is_hidden() -> None:
    tree, _ = yaml_text.read("app:\n  environment:\n    A: |\n      b\n      c")

    assert {2, 3, 4, 5} <= set(spots.lines_below(tree, SECRET_PARTS))


@pytest.mark.parametrize(
    "address",
    [
        "10.77.21",
        "300.1.1.1",
        "1.2.3.4.5",
        "192.0.2.7:22",
        "1.2.3.",
        "a..b",
        "192.0.2.07",
        "shop:22",
    ],
)
def test_address_that_is_none_is_refused_with_an_example(address: str) -> None:
    for text in (
        TEXT.replace("192.0.2.7", f'"{address}"'),
        TEXT.replace("address: 192.0.2.7", f'addresses: ["{address}"]'),
        TEXT.replace("memory: 2048", f'address: "{address}"'),
    ):
        found = details(text)
        assert "for example 192.0.2.7" in found
        assert address in found


@pytest.mark.parametrize(
    "address",
    ["192.0.2.7", "255.255.255.255", "2001:db8::7", "::1", "shop.example.com", "box", "4you.test"],
)
def test_address_is_taken(address: str) -> None:
    assert config(target={"address": address}).target("staging").address == address
