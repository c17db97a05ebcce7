"""Which proxies in front of a target are believed."""

from typing import Any

import pytest

from tests.unit.fakes import config


def trusted(*proxies: Any) -> tuple[str, ...]:
    return config(target={"trusted_proxies": list(proxies)}).target("staging").trusted_proxies


def test_no_proxy_is_trusted_unless_named() -> None:
    assert config().target("staging").trusted_proxies == ()


def test_proxies_are_addresses_and_networks_of_both_kinds() -> None:
    assert trusted("203.0.113.7", "203.0.113.0/24", "2001:db8::/32") == (
        "203.0.113.7/32",
        "203.0.113.0/24",
        "2001:db8::/32",
    )


@pytest.mark.parametrize(
    "value",
    [
        "",
        "proxy.example.com",
        "203.0.113.7/24",
        "203.0.113.0/33",
        "1;",
        "10.0.0.0/8 1",
    ],
)
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="IP address or a network"):
        trusted(value)


@pytest.mark.parametrize("value", ["0.0.0.0/0", "::/0"])
def test_all_addresses_would_be_each_visitor(value: str) -> None:
    with pytest.raises(ValueError, match="each visitor would be believed"):
        trusted(value)
