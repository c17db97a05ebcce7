"""What is true of the plan for every host, in whatever state it is."""

import itertools
from collections.abc import Iterator
from copy import copy

from tests.unit.fakes import facts, manifest
from tests.unit.model_host import ModelHost
from tests.unit.plans import NEW, OLD, SHIPMENT, desired_state, live_host
from understudy.deploy.desired import DesiredState
from understudy.deploy.plan import make_plan
from understudy.host.actions import Send
from understudy.host.facts import ObservedState


def all_hosts(lock: str = "lock1") -> Iterator[ObservedState]:
    """Hosts in all states that deploys, killed deploys, reboots and changes by hand can leave.

    lock: of the new release; the old one has lock1.
    """
    old, new = manifest(OLD), manifest(NEW, "2024-02-01", lock)
    many = tuple(manifest(f"old{day}", f"2023-01-0{day}", f"lock{day}") for day in range(7))
    for releases, current, with_venv, with_files, services in itertools.product(
        [(), (new,), (old,), (old, new), (*many, old, new)],
        [None, OLD, NEW],
        [True, False],
        [True, False],
        [(), (OLD,), (NEW,), (OLD, NEW)],
    ):
        names = {release.id for release in releases}
        if {*services, *([current] if current else [])} <= names:
            yield facts(
                current=current,
                releases=releases,
                venvs=frozenset({"lock1", lock} if with_venv else {"lock1"} - {lock}),
                files=live_host().files if with_files else {},
                running=frozenset(services),
            )


def assert_next_finishes(killed: ModelHost, desired: DesiredState) -> None:
    host = copy(killed)
    for action in make_plan(desired, SHIPMENT, host.state):
        host.apply(action)

    assert make_plan(desired, SHIPMENT, host.state) == [], killed.state
    assert (host.state.current, list(host.state.running)) == (NEW, [NEW])


def test_deploy_that_is_killed_at_any_step_is_finished_by_the_next() -> None:
    """On any host; the live release never stops, and a third deploy has nothing to do."""
    desired = desired_state(manifest(NEW, "2024-02-01", "lock2"))
    for observed in all_hosts("lock2"):
        killed = ModelHost(desired, observed)
        assert_next_finishes(killed, desired)
        for action in make_plan(desired, SHIPMENT, observed):
            killed.apply(action)
            assert_next_finishes(killed, desired)


def test_steps_come_in_the_order_that_keeps_a_site_up() -> None:
    """For all hosts: the first comes before the second, where both are planned."""
    orders = [
        ("upload ", "run 3 release commands"),
        ("make environment", "run 3 release commands"),
        ("confirm the nginx", "run 3 release commands"),
        ("check and install", "start "),
        ("run 3 release commands", "start "),
        ("start ", f"check {NEW}"),
        (f"check {NEW}", "switch"),
        ("switch", "check health through nginx"),
        ("check and install", "check that the live release"),
        ("check that the live release", "confirm the nginx"),
        ("confirm the nginx", "start "),
        ("check health through nginx", "drain "),
        ("drain ", "remove old releases"),
        ("drain ", "remove the static files"),
    ]
    for observed in all_hosts():
        planned = [action.title for action in make_plan(desired_state(), SHIPMENT, observed)]
        for first, second in orders:
            firsts = [at for at, title in enumerate(planned) if title.startswith(first)]
            seconds = [at for at, title in enumerate(planned) if title.startswith(second)]
            assert not firsts or not seconds or max(firsts) < min(seconds), (planned, first, second)


def test_only_what_the_host_lacks_is_uploaded() -> None:
    for observed in all_hosts():
        uploads = [a for a in make_plan(desired_state(), SHIPMENT, observed) if isinstance(a, Send)]
        shipped = {upload.content for upload in uploads}

        assert (SHIPMENT.release in shipped) == (observed.release(NEW) is None)
        assert not observed.venvs & {"lock1"} or SHIPMENT.packages_tars not in shipped
