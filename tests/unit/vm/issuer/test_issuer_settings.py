"""Pebble's settings, and what the VM's target knows of it."""

import json
from pathlib import Path

import pytest

from understudy.config.https import LETS_ENCRYPT, Acme
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError
from understudy.vm.issuer import settings
from understudy.vm.issuer.files import Files

FILES = Files(Path("/project/.understudy/vm/shop/issuer"))


def vm(**keys: object) -> TargetConfig:
    given = {"domain": "shop.test", "address": "192.168.56.10", "admin": "vagrant", **keys}
    return TargetConfig.model_validate(given)


def test_vms_target_has_pebble_at_the_gateway_and_its_roots() -> None:
    target = settings.with_issuer(vm(https="auto"), FILES)

    assert settings.has_issuer(target)
    assert target.acme == Acme(
        directory="https://192.168.56.1:14000/dir",
        email=settings.EMAIL,
        terms=True,
        ca=FILES.ca,
        roots=FILES.roots,
    )


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"https": "off"},
        {"certificate": {"chain": "/etc/ssl/a.pem", "key": "/etc/ssl/a.key"}},
        {"https": "auto", "acme": {"directory": "https://ca.example.com/acme/directory"}},
        {"https": "auto", "address": "staging.lan"},
    ],
)
def test_target_that_needs_no_pebble_is_left_as_it_is(keys: dict[str, object]) -> None:
    target = vm(**keys)

    assert settings.with_issuer(target, FILES) == target
    assert not settings.has_issuer(target)


def test_email_of_deploy_yml_stays() -> None:
    target = settings.with_issuer(vm(https="auto", acme={"email": "a@shop.test"}), FILES)

    assert target.acme.email == "a@shop.test"
    assert target.acme.directory != LETS_ENCRYPT


def test_pebble_listens_in_the_vms_network_only_and_its_management_here() -> None:
    pebble = json.loads(settings.pebble_json(FILES, "192.168.56.10", 4711))["pebble"]

    assert pebble["listenAddress"] == "192.168.56.1:14000"
    assert pebble["managementListenAddress"] == "127.0.0.1:4711"
    assert pebble["httpPort"] == 80
    assert "PEBBLE_VA_ALWAYS_VALID" not in settings.ENVIRONMENT


def test_name_server_has_the_vm_for_each_name_and_asks_no_other_server() -> None:
    words = settings.name_server_command("192.168.56.10", 8053)

    assert {"--address=/#/192.168.56.10", "--port=8053", "--listen-address=127.0.0.1"} <= {*words}
    assert {"--no-resolv", "--no-hosts", "--conf-file=/dev/null"} <= {*words}
    assert settings.pebble_command(FILES, 8053)[-2:] == ("-dnsserver", "127.0.0.1:8053")


def test_pebble_is_not_asked_by_dns_01() -> None:
    with pytest.raises(ConfigError, match="checks names by http-01") as raised:
        settings.with_issuer(vm(https="auto", acme={"dns": "rfc2136"}), FILES)

    assert "Leave `dns` out" in raised.value.hint
    own = {"dns": "rfc2136", "directory": "https://ca.example.com/acme/directory"}
    assert settings.with_issuer(vm(https="auto", acme=own), FILES).acme.dns
