"""The part of a plan that makes an environment."""

from dataclasses import replace

from tests.unit.plans import SHIPMENT, desired_state, live_host
from understudy.deploy import environment
from understudy.host.actions import Run


def test_libraries_of_built_packages_are_looked_for_before_anything_is_sent() -> None:
    shipment = replace(SHIPMENT, libraries={"libpq.so.5": "libpq5"})
    observed = live_host(venvs=frozenset(), packages=frozenset())

    first, *others = environment.actions(desired_state(), shipment, observed)

    assert isinstance(first, Run)
    assert first.argv[-2:] == ("libpq.so.5", "libpq5")
    assert "host.packages" in first.hint
    assert len(others) == 2
    assert len(environment.actions(desired_state(), SHIPMENT, observed)) == 2


def test_host_with_the_environment_is_not_asked() -> None:
    shipment = replace(SHIPMENT, libraries={"libpq.so.5": "libpq5"})

    assert environment.actions(desired_state(), shipment, live_host()) == []
