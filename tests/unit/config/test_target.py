"""The part `targets` of deploy.yml: each target has one host or several."""

import pytest
from pydantic import ValidationError

from tests.unit.config.deploy_yml import TEXT
from tests.unit.fakes import config, settings
from understudy.config import model as configuration
from understudy.config.model import Config
from understudy.errors import ConfigError


def test_unknown_target_lists_the_known_ones() -> None:
    tree = settings()
    tree["targets"]["other"] = tree["targets"]["staging"]

    with pytest.raises(ConfigError, match="no target 'prod'") as raised:
        Config.model_validate(tree).target("prod")

    assert "staging, other" in raised.value.hint


def test_target_requires_a_receipt_by_default() -> None:
    assert configuration.parse(TEXT).target("staging").require_receipt


def several(*addresses: str) -> Config:
    return config(target={"addresses": addresses})


def test_target_may_have_several_hosts() -> None:
    found = several("192.0.2.8", "web2.shop.test")

    hosts = found.hosts("staging")
    assert [host.address for host in hosts] == ["192.0.2.8", "web2.shop.test"]
    assert {(host.domain, host.addresses) for host in hosts} == {("shop.test", ())}
    assert found.one_host("staging", "web2.shop.test") == hosts[1]
    assert found.target("staging").max_unavailable == 1


@pytest.mark.parametrize("found", [config(), several("192.0.2.7")], ids=["address", "addresses"])
def test_only_host_of_a_target_need_not_be_chosen(found: Config) -> None:
    assert found.one_host("staging").address == "192.0.2.7"


def test_one_of_several_hosts_must_be_chosen_by_its_address() -> None:
    found = several("192.0.2.8", "192.0.2.9")

    with pytest.raises(ConfigError, match="staging has 2 hosts") as raised:
        found.one_host("staging")
    assert raised.value.hint == "Choose one with --host: 192.0.2.8, 192.0.2.9."
    with pytest.raises(ConfigError, match=r"staging has no host 192\.0\.2\.7") as raised:
        found.hosts("staging", "192.0.2.7")
    assert raised.value.hint == "Its hosts: 192.0.2.8, 192.0.2.9."


@pytest.mark.parametrize(
    "address", ["shop.test", "192.0.2.7", "2001:db8::7", "fe80::1:2:192.0.2.7"]
)
def test_address_is_a_name_or_a_number_of_either_kind(address: str) -> None:
    assert several(address).one_host("staging").address == address


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        ("", "3: targets.p.address: missing"),
        ("    addresses: []\n", "3: targets.p.address: missing"),
        ("    address: a\n    addresses: [b]\n", "7: targets.p.addresses: give either"),
        ("    addresses:\n      - a\n      - b\n      - a\n", "9: targets.p.addresses.2: another"),
        ("    addresses: [a]\n    max_unavailable: 0\n", "7: targets.p.max_unavailable: "),
        ("    addresses: [a, b c]\n", "6: targets.p.addresses.1: "),
        (
            "    address: 192.0.2.7:22\n",
            "6: targets.p.address: must be an IP address or a host name",
        ),
        (
            "    address: shop.test:22\n",
            "6: targets.p.address: must be an IP address or a host name",
        ),
    ],
)
def test_each_target_has_its_hosts_given_once(lines: str, mistake: str) -> None:
    text = "app: {name: shop, source: ., module: a:b}\ntargets:\n  p:\n    domain: a.b\n"

    with pytest.raises(ConfigError, match="has 1 mistake") as raised:
        configuration.parse(f"{text}    admin: debian\n{lines}")

    assert f"deploy.yml:{mistake}" in raised.value.details


@pytest.mark.parametrize(
    ("target", "noindex"),
    [
        ({}, False),
        ({"disposable": True}, True),
        ({"disposable": True, "noindex": False}, False),
        ({"noindex": True}, True),
    ],
)
def test_search_engines_are_asked_to_leave_out_what_tests_may_destroy(
    target: dict[str, bool], noindex: bool
) -> None:
    assert config(target=target).target("staging").is_noindex == noindex


def test_prober_from_elsewhere_has_no_password() -> None:
    with pytest.raises(ValidationError, match="must be ssh with basic_auth"):
        config(target={"basic_auth": True, "probe": "public"})
