"""What holds of the plan for every host, in whatever state it is found."""

import itertools
from collections.abc import Iterator
from copy import copy

from tests.unit.fakes import facts, manifest
from tests.unit.model_host import ModelHost
from tests.unit.plans import NEW, OLD, SHIPMENT, serving, wanted
from understudy.deploy.desired import DesiredState
from understudy.deploy.plan import make_plan
from understudy.host.actions import Send
from understudy.host.facts import ObservedState


def all_hosts(lock: str = "lock1") -> Iterator[ObservedState]:
    """Hosts in all states that deploys, killed deploys, reboots and hands can leave.

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
                files=serving().files if with_files else {},
                running=frozenset(services),
            )


def assert_next_finishes(killed: ModelHost, want: DesiredState) -> None:
    host = copy(killed)
    for action in make_plan(want, SHIPMENT, host.facts):
        host.apply(action)

    assert make_plan(want, SHIPMENT, host.facts) == [], killed.facts
    assert (host.facts.current, list(host.facts.running)) == (NEW, [NEW])


def test_deploy_that_is_killed_at_any_step_is_finished_by_the_next() -> None:
    """On any host, with the model's eye on what serves; and a third deploy has nothing to do."""
    want = wanted(manifest(NEW, "2024-02-01", "lock2"))
    for found in all_hosts("lock2"):
        killed = ModelHost(want, found)
        assert_next_finishes(killed, want)
        for action in make_plan(want, SHIPMENT, found):
            killed.apply(action)
            assert_next_finishes(killed, want)


def test_steps_come_in_the_order_that_keeps_a_site_serving() -> None:
    """For all hosts: what comes before what, where both are planned."""
    orders = [
        ("upload ", "python manage.py"),
        ("make environment", "python manage.py"),
        ("keep them", "python manage.py"),
        ("check and install", "start "),
        ("python manage.py", "start "),
        ("start ", "ask "),
        ("ask ", "switch"),
        ("switch", "check its health through nginx"),
        ("check and install", "look at the site through them"),
        ("look at the site through them", "keep them"),
        ("keep them", "start "),
        ("check its health through nginx", "drain "),
        ("drain ", "remove old releases"),
        ("drain ", "remove their static files"),
    ]
    for found in all_hosts():
        planned = [action.title for action in make_plan(wanted(), SHIPMENT, found)]
        for first, second in orders:
            firsts = [at for at, title in enumerate(planned) if title.startswith(first)]
            seconds = [at for at, title in enumerate(planned) if title.startswith(second)]
            assert not firsts or not seconds or max(firsts) < min(seconds), (planned, first, second)


def test_nothing_is_uploaded_that_is_there() -> None:
    for found in all_hosts():
        uploads = [a for a in make_plan(wanted(), SHIPMENT, found) if isinstance(a, Send)]
        shipped = {upload.local for upload in uploads}

        assert (SHIPMENT.release_tar in shipped) == (found.release(NEW) is None)
        assert not found.venvs & {"lock1"} or SHIPMENT.packages_tar not in shipped
