from collections.abc import Mapping

import pytest

from tests.unit.mirror_samples import of, production
from understudy.vm.mirror import units


def found(states: Mapping[str, str]) -> Mapping[str, str]:
    return of(production(units=states)).units


def test_disabled_and_masked_units_are_off_on_the_vm() -> None:
    states = {
        "rpcbind.socket": "disabled",
        "rpcbind.service": "disabled, active",
        "smartd.service": "masked",
        "cron.service": "enabled, active",
        "broken.service": "failed",
    }

    assert found(states) == {
        "rpcbind.service": "disabled",
        "rpcbind.socket": "disabled",
        "smartd.service": "masked",
    }
    assert units.text(found({"smartd.service": "masked"})) == "masked smartd.service\n"


@pytest.mark.parametrize(
    "name", ["ssh.service", "systemd-networkd.service", "nginx.service", "postgresql.service"]
)
def test_what_the_vm_or_provisioning_needs_is_left_alone(name: str) -> None:
    assert found({name: "disabled"}) == {}


@pytest.mark.parametrize("name", ["redis-server", "valkey-server", "memcached"])
def test_server_of_a_package_that_a_site_has_of_its_own_is_off_as_on_production(name: str) -> None:
    """Provisioning never starts the package's own: `services` gives each site a unit of another name."""
    assert found({f"{name}.service": "disabled"}) == {f"{name}.service": "disabled"}


@pytest.mark.parametrize("name", ["../../x.service", "a b.service", "x.target", "x", "*.service"])
def test_name_of_no_unit_is_not_taken_over(name: str) -> None:
    assert found({name: "disabled"}) == {}


def test_box_is_another_one_with_other_units() -> None:
    keys = [of(production(units=states)).key for states in ({}, {"a.service": "disabled"})]
    assert keys[0] != keys[1]
