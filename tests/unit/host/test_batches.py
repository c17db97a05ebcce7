"""Batches of hosts, and the error if one of them fails."""

import pytest

from understudy.errors import LoginRefused, NoConnection, Refused, StepFailed, Stopped, WouldChange
from understudy.host import batches
from understudy.host.batches import Outcome

BROKEN = StepFailed("migrate: failed", "a line\nno such table", "fix it", "a cause")


@pytest.mark.parametrize(
    ("size", "made"),
    [(1, ["a", "b", "c"]), (2, ["ab", "c"]), (3, ["abc"]), (9, ["abc"])],
)
def test_batches_keep_the_order(size: int, made: list[str]) -> None:
    assert list(batches.batches("abc", size)) == made


def test_error_of_a_batch_lists_the_state_of_each_host() -> None:
    outcomes = [Outcome("a"), Outcome("b", BROKEN), Outcome("c")]

    error = batches.stopped("production", outcomes, ["d", "e"])

    assert error.summary == "production: b failed; 2 not begun"
    assert error.details.splitlines() == [
        "a: done",
        "b: failed: migrate: failed",
        "  a line",
        "  no such table",
        "c: done",
        "d: not begun",
        "e: not begun",
    ]
    assert (error.hint, error.cause) == ("fix it", "a cause")


def test_error_of_the_last_batch_counts_no_host_as_not_begun() -> None:
    assert batches.stopped("production", [Outcome("a", BROKEN)], []).summary == (
        "production: a failed"
    )


def test_error_of_a_look_lists_only_failed_hosts() -> None:
    failed = [Outcome("a", Refused("not provisioned")), Outcome("c", BROKEN)]

    error = batches.not_looked_at("production", failed)

    assert error.summary == "production: a, c failed; nothing was changed"
    assert error.details.splitlines()[:2] == [
        "a: failed: not provisioned",
        "c: failed: migrate: failed",
    ]


def test_each_host_has_its_own_hint() -> None:
    """As `drain off --host …`, for each that stays drained."""
    outcomes = [Outcome(host, StepFailed("not healthy", hint=f"put {host} back")) for host in "ab"]

    error = batches.stopped("production", outcomes, [])

    assert error.hint == "put a back"
    assert error.details.splitlines()[-2:] == ["b: failed: not healthy", "  put b back"]


@pytest.mark.parametrize("kind", [StepFailed, Refused, LoginRefused])
def test_exit_code_is_that_of_the_first_failure(kind: type[StepFailed]) -> None:
    outcomes = [Outcome("a"), Outcome("b", kind("no")), Outcome("c", Refused("no"))]

    assert batches.stopped("production", outcomes, []).exit_code == kind.exit_code


def test_first_may_be_alone() -> None:
    assert [list(one) for one in batches.batches("abcde", 2, first_alone=True)] == [
        ["a"],
        ["b", "c"],
        ["d", "e"],
    ]
    assert [list(one) for one in batches.batches("a", 3, first_alone=True)] == [["a"]]


def test_host_that_was_stopped_for_another_is_not_the_failure() -> None:
    stopped = Stopped("b failed; not switched", hint="deploy again")

    error = batches.stopped("production", [Outcome("a", stopped), Outcome("b", BROKEN)], ())

    assert type(error) is StepFailed
    assert error.summary == "production: b failed"
    assert error.details.splitlines()[:2] == [
        "a: stopped: b failed; not switched",
        "b: failed: migrate: failed",
    ]
    assert error.hint == "fix it"


def test_error_of_several_hosts_is_about_the_first_that_does_not_answer() -> None:
    """By its address, whether it is the staging VM, which may be asleep."""
    silent = NoConnection("no SSH connection")
    silent.address = "192.0.2.8"

    error = batches.not_looked_at("production", [Outcome("192.0.2.8", silent)])

    assert isinstance(error, NoConnection)
    assert error.address == "192.0.2.8"


def test_hosts_that_a_check_would_change_have_not_failed() -> None:
    differs = WouldChange("provisioning would change the host (2 changes)", hint="provision")
    outcomes = [Outcome("a", differs), Outcome("b"), Outcome("c", differs)]

    error = batches.not_looked_at("production", outcomes)

    assert error.summary == "production: a, c would change; nothing was changed"
    assert error.details.splitlines() == [
        "a: provisioning would change the host (2 changes)",
        "b: done",
        "c: provisioning would change the host (2 changes)",
    ]
    assert error.hint == "provision"

    broken = batches.not_looked_at("production", [*outcomes, Outcome("d", BROKEN)])
    assert broken.summary == "production: d failed; nothing was changed"
    assert f"d: failed: {BROKEN.summary}" in broken.details
