"""`vm.topology`: which machines the staging VM is, how they are named, and which addresses they get."""

import pytest

from tests.unit.config.deploy_yml import mistakes
from understudy.config import model as configuration
from understudy.config import staging_hosts
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError

TEXT = """\
app:
  name: shop
  source: .
  module: shop.wsgi:application
  database: postgresql
  media_url: null
vm: {topology: production}
targets:
  vagrant:
    domain: shop.test
    admin: vagrant
    disposable: true
  production:
    domain: shop.example
    admin: debian
    hosts:
      - {address: 203.0.113.9, private: 10.0.0.9, roles: [database]}
      - {address: 203.0.113.7, private: 10.0.0.7, roles: [web]}
      - {address: 203.0.113.8, private: 10.0.0.8, roles: [worker]}
      - {address: 203.0.113.6, private: 10.0.0.6, roles: [web, worker]}
"""


def config(text: str = TEXT) -> Config:
    return configuration.parse(text)


def target(text: str = TEXT, first: str = "192.168.60.10") -> TargetConfig:
    made = config(text)
    return staging_hosts.target(made, made.targets["vagrant"], first)


def shape(config: Config) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.name, one.roles) for one in staging_hosts.of(config)]


def test_each_host_has_a_machine_and_the_first_one_is_for_visitors() -> None:
    assert shape(config()) == [
        ("understudy", ("web",)),
        ("understudy-web2", ("web", "worker")),
        ("understudy-worker", ("worker",)),
        ("understudy-database", ("database",)),
    ]
    assert staging_hosts.of(config())[3].mirrors == ("203.0.113.9",)


def test_hosts_with_no_other_roles_than_the_folded_ones_share_a_machine() -> None:
    folded = config(TEXT.replace("production}", "production, fold: [worker, database]}"))

    assert shape(folded) == [
        ("understudy", ("web",)),
        ("understudy-web2", ("web", "worker")),
        ("understudy-worker", ("database", "worker")),
    ]
    assert staging_hosts.of(folded)[2].mirrors == ("203.0.113.9", "203.0.113.8")


def test_all_can_be_folded_into_one() -> None:
    alone = config(TEXT.replace("production}", "production, fold: [web, worker, database]}"))

    assert shape(alone) == [("understudy", ("database", "web", "worker"))]


def test_machines_have_addresses_that_follow_each_other() -> None:
    found = target()

    assert [(host.address, host.roles) for host in found.host_list] == [
        ("192.168.60.10", ("web",)),
        ("192.168.60.11", ("web", "worker")),
        ("192.168.60.12", ("worker",)),
        ("192.168.60.13", ("database",)),
    ]
    # As on production: those that work come first.
    assert [host.address for host in found.hosts()] == [
        "192.168.60.11",
        "192.168.60.12",
        "192.168.60.10",
    ]
    assert (found.domain, found.disposable) == ("shop.test", True)


@pytest.mark.parametrize("first", ["192.168.60.252", "vm.example"])
def test_address_without_room_behind_it_is_refused(first: str) -> None:
    with pytest.raises(ConfigError, match="4 machines need addresses"):
        target(first=first)


def test_single_vm_has_no_machines() -> None:
    assert staging_hosts.of(config(TEXT.replace("vm: {topology: production}\n", ""))) == ()


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("topology: production", "fold: [worker]", "vm.fold: must go with `topology: production`"),
        ("production}", "production, stands_for: vagrant}", "vm.topology: must be single"),
    ],
)
def test_what_does_not_go_together_is_a_mistake(old: str, new: str, mistake: str) -> None:
    assert TEXT.count(old) == 1

    (found,) = mistakes(TEXT.replace(old, new))

    assert mistake in found


@pytest.mark.parametrize(
    ("key", "message"),
    [("addresses: [192.0.2.1]", "has hosts of its own"), ("https: auto", "several web hosts")],
)
def test_target_of_the_vm_that_does_not_go_with_several_hosts_is_refused(
    key: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        target(TEXT.replace("    disposable: true", f"    disposable: true\n    {key}"))


PROXY = "      - {address: 203.0.113.5, private: 10.0.0.5, roles: [proxy]}\n"


def test_proxy_is_what_visitors_meet_and_is_not_put_together_with_web() -> None:
    text = TEXT + PROXY

    assert [name for name, _ in shape(config(text))] == [
        "understudy",
        "understudy-web",
        "understudy-web2",
        "understudy-worker",
        "understudy-database",
    ]
    # One proxy asks the issuer.
    assert target(
        text.replace("    disposable: true", "    disposable: true\n    https: auto")
    ).https
    (found,) = mistakes(text.replace("production}", "production, fold: [proxy, web]}"))
    assert "vm.fold: must not put a proxy together with web" in found
