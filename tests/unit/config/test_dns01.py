"""Names that a plugin of certbot proves in the DNS: `acme.dns`."""

from typing import Any

import pytest

from tests.unit.config.deploy_yml import TEXT, mistakes
from tests.unit.fakes import config
from understudy.config.dns01 import PLUGINS, Dns01
from understudy.config.target import TargetConfig

WILDCARD = ["shop.test", "*.shop.test"]
SEVERAL = ["192.0.2.7", "192.0.2.8"]


def target(dns: Any, **keys: Any) -> TargetConfig:
    tree = {"https": "auto", "acme": {"dns": dns, "terms": True}, **keys}
    return config(target=tree).target("staging")


def test_name_of_a_plugin_is_short_for_a_mapping() -> None:
    assert target("ovh").acme.dns == target({"plugin": "ovh"}).acme.dns == Dns01(plugin="ovh")


@pytest.mark.parametrize("name", PLUGINS)
def test_plugin_is_a_package_of_the_distribution_on_all_hosts(name: str) -> None:
    tree = {"https": "auto", "acme": {"dns": name}}

    assert config(target=tree).packages == (f"python3-certbot-dns-{name}",)
    assert config(target=tree, host={"packages": [f"python3-certbot-dns-{name}"]}).packages == (
        f"python3-certbot-dns-{name}",
    )


@pytest.mark.parametrize(
    ("dns", "challenge"),
    [
        (None, ()),
        ("rfc2136", ("dns:rfc2136",)),
        ({"plugin": "rfc2136", "propagation": 30}, ("dns:rfc2136:30",)),
    ],
)
def test_issuer_is_another_one_with_another_way_of_proof(
    dns: Any, challenge: tuple[str, ...]
) -> None:
    acme = target(dns).acme

    assert acme.challenge == challenge
    assert acme.issuer == " ".join([acme.directory, *challenge])


def test_wildcards_and_several_hosts_are_possible_with_it_alone() -> None:
    assert target("ovh", domains=WILDCARD).names == tuple(WILDCARD)
    assert len(target("ovh", addresses=SEVERAL).hosts()) == 2
    with pytest.raises(ValueError, match=r"needs `acme\.dns` or the files of a `certificate`"):
        target(None, domains=WILDCARD)
    with pytest.raises(ValueError, match=r"Set `acme\.dns`, or put the files"):
        target(None, addresses=SEVERAL)


@pytest.mark.parametrize("name", ["godaddy", "google", "route53", "rfc2136 ", "", "$(id)", "OVH"])
def test_other_plugins_are_refused_with_the_list(name: str) -> None:
    [mistake] = mistakes(f"{TEXT}    https: auto\n    acme: {{dns: '{name}'}}\n")

    assert "targets.staging.acme.dns.plugin: must be one of certbot's plugins for DNS" in mistake
    assert "cloudflare, digitalocean, dnsimple" in mistake


@pytest.mark.parametrize("seconds", [0, -1, 3601, "soon"])
def test_propagation_is_a_number_of_seconds(seconds: Any) -> None:
    with pytest.raises(ValueError, match="propagation"):
        target({"plugin": "ovh", "propagation": seconds})
