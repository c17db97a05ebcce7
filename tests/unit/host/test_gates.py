"""Hosts wait for each other at points, and stop there if one of them fails."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.unit.staging import Staging
from understudy.errors import StepFailed, Stopped
from understudy.host import steps
from understudy.host.actions import Meet, Point, Run
from understudy.host.gates import Gates

READY = Meet("wait", Point.READY, "not switched", seconds=20)
CONFIRMED = Meet("wait", Point.CONFIRMED, "switched back", seconds=20)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def waiting(pool: ThreadPoolExecutor, gates: Gates, host: str, at: Meet) -> Future[str]:
    """A host that has come to that point, and waits there."""
    come = threading.Event()

    def wait() -> str:
        with gates.taking_part(host) as gate:
            come.set()
            return gate.meet(at, "")

    begun = pool.submit(wait)
    come.wait(10)
    return begun


def test_point_is_open_once_all_have_come(pool: ThreadPoolExecutor) -> None:
    gates = Gates(["a", "b", "c"])
    first, second = (waiting(pool, gates, host, READY) for host in "ab")
    assert [first.done(), second.done()] == [False, False]

    gates.meet("c", READY, "")

    assert (first.result(10), second.result(10)) == ("", "")


def test_later_point_and_the_end_count_for_all_before_them() -> None:
    gates = Gates(["a", "b", "c"])
    with gates.taking_part("c"):
        pass
    with ThreadPoolExecutor(1) as pool:
        later = waiting(pool, gates, "b", CONFIRMED)

        assert gates.meet("a", READY, "") == ""

        assert not later.done()
        gates.meet("a", CONFIRMED, "")
        later.result(10)


def test_failure_stops_those_who_wait_and_those_who_come(pool: ThreadPoolExecutor) -> None:
    gates = Gates(["a", "b", "c"])
    early = waiting(pool, gates, "a", READY)

    with pytest.raises(StepFailed), gates.taking_part("b"):
        raise StepFailed("migrate: failed")

    with pytest.raises(Stopped, match=r"^b failed; not switched"):
        early.result(10)
    with pytest.raises(Stopped, match=r"^b failed; not switched"):
        gates.meet("c", READY, "")


def test_point_that_was_open_before_a_failure_stays_open() -> None:
    """One that is late must not switch back while the others stay."""
    gates = Gates(["a", "b"])
    with ThreadPoolExecutor(1) as pool:
        other = waiting(pool, gates, "b", READY)
        gates.meet("a", READY, "")
        other.result(10)
    gates.fail("a failed")

    assert gates.meet("b", READY, "") == ""
    with pytest.raises(Stopped):
        gates.meet("b", CONFIRMED, "")


def test_deadline_names_those_who_did_not_come_and_stops_all() -> None:
    gates = Gates(["a", "b", "c"])
    short = Meet("wait", Point.READY, "not switched", seconds=0)

    with pytest.raises(StepFailed) as failed:
        gates.meet("a", short, "")

    assert failed.value.summary == "a waited 0 s for b, c; not switched"
    for host in "bc":
        with pytest.raises(Stopped, match="a waited 0 s"):
            gates.meet(host, READY, "")


def test_what_one_has_printed_counts_as_printed_on_all(pool: ThreadPoolExecutor) -> None:
    at = Meet("wait", Point.MIGRATED, "not switched", passes_on="==> migrate", seconds=20)
    gates = Gates(["a", "b"])
    other = waiting(pool, gates, "b", at)

    gates.meet("a", at, "one\n==> migrate\ntwo\n")

    assert other.result(10) == "==> migrate"


def test_without_it_nothing_is_passed_on() -> None:
    at = Meet("wait", Point.MIGRATED, "not switched", passes_on="==> migrate", seconds=20)

    assert Gates(["a"]).meet("a", at, "nothing to migrate") == ""


def test_others_stop_before_a_failed_host_has_undone_its_steps(
    pool: ThreadPoolExecutor, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    gates, stopped = Gates(["a", "b"]), threading.Event()

    def apply(connection: object, action: Run, branch: object) -> str:
        if action.title == "fails":
            raise StepFailed("no")
        assert stopped.wait(10), "the other host waits for the undo"
        return ""

    def other() -> None:
        with pytest.raises(Stopped):
            gates.meet("a", CONFIRMED, "")
        stopped.set()

    monkeypatch.setattr(steps, "apply", apply)
    ended = pool.submit(other)
    plan = [Run("fails", ("x",), undo=(Run("undo", ("y",)),))]
    with pytest.raises(StepFailed, match="no"), gates.taking_part("b") as gate:
        steps.apply_all(staging.job(), staging.host(), plan, gate=gate)  # type: ignore[arg-type]
    ended.result(10)
    assert staging.report.steps == [("fails", False), ("undo", True)]


def test_point_is_left_out_by_a_host_that_is_changed_alone(staging: Staging) -> None:
    assert steps.apply_all(staging.job(), staging.host(), [READY]) == []  # type: ignore[arg-type]
    assert staging.report.steps == []
