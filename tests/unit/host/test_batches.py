"""Batches, and what is told of hosts that failed."""

import pytest

from understudy.errors import LoginRefused, Refused, StepFailed
from understudy.host import batches
from understudy.host.batches import Outcome

BROKEN = StepFailed("migrate: failed", "a line\nno such table", "mend it", "a cause")


@pytest.mark.parametrize(
    ("size", "made"),
    [(1, ["a", "b", "c"]), (2, ["ab", "c"]), (3, ["abc"]), (9, ["abc"])],
)
def test_batches_keep_the_order(size: int, made: list[str]) -> None:
    assert list(batches.batches("abc", size)) == made


def test_stop_tells_of_each_host_what_became_of_it() -> None:
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
    assert (error.hint, error.cause) == ("mend it", "a cause")


def test_last_host_leaves_none_that_was_not_begun() -> None:
    assert batches.stopped("production", [Outcome("a", BROKEN)], []).summary == (
        "production: a failed"
    )


def test_look_tells_only_of_those_that_failed() -> None:
    failed = [Outcome("a", Refused("not provisioned")), Outcome("c", BROKEN)]

    error = batches.not_looked_at("production", failed)

    assert error.summary == "production: a, c failed; nothing was changed"
    assert error.details.splitlines()[:2] == [
        "a: failed: not provisioned",
        "c: failed: migrate: failed",
    ]


@pytest.mark.parametrize("kind", [StepFailed, Refused, LoginRefused])
def test_exit_code_is_that_of_the_first_that_failed(kind: type[StepFailed]) -> None:
    outcomes = [Outcome("a"), Outcome("b", kind("no")), Outcome("c", Refused("no"))]

    assert batches.stopped("production", outcomes, []).exit_code == kind.exit_code
