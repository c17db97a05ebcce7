"""A command runs in the live release only, not while a deploy changes it, and is in the audit log."""

import json
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import LOG, SITE, Staging, changes
from understudy.cli import run
from understudy.errors import Refused, StepFailed

HOLDER = "flock -n"
FIND = "command -v"
LIVE = "current\treleases/c0ffee00-1"


def host(staging: Staging, **answers: Any) -> FakeConnection:
    staging.quiet = (HOLDER, *LOG)
    return staging.answering({"/etc/os-release": staging.facts(LIVE), **answers})


def ended(staging: Staging, *command: str) -> int:
    with pytest.raises(SystemExit) as end:
        run.run(staging.job(), "run", command)
    assert isinstance(end.value.code, int)
    return end.value.code


def test_exit_code_is_handed_on_and_nothing_is_printed(staging: Staging, lines: list[Any]) -> None:
    host(staging)
    lines[0] = 7

    assert ended(staging, "python", "x.py") == 7

    assert (staging.report.said, staging.report.warnings) == ([], [])


def test_audit_log_has_who_and_what_before_and_after_and_no_secret(
    staging: Staging, lines: list[Any]
) -> None:
    made = host(staging)
    lines[0] = 3

    ended(staging, "x", "--password", "hunter2")

    before, after = map(json.loads, made.sent)
    assert (before["verb"], before["what"]) == ("run", "x --password ***")
    assert (before["outcome"], after["outcome"]) == ("begun", "exit code 3")
    assert "@" in before["who"]
    assert "hunter2" not in "".join((*made.sent, *made.notes))


def test_entry_of_a_long_command_has_room_in_the_log(staging: Staging, lines: list[Any]) -> None:
    made = host(staging)

    ended(staging, "x", "🐍" * 5000)

    assert max(map(len, made.sent)) < 4000


@pytest.mark.parametrize(
    ("terminals", "expected"), [({0, 1}, True), ({0}, False), ({1}, False), (set(), False)]
)
def test_command_gets_a_terminal_if_both_ends_are_one(
    terminals: set[int],
    expected: bool,
    staging: Staging,
    lines: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host(staging)
    monkeypatch.setattr("os.isatty", terminals.__contains__)

    ended(staging, "cat")

    assert lines[-1] is expected


def test_host_without_a_live_release_refuses(staging: Staging, lines: list[Any]) -> None:
    made = staging.host()

    with pytest.raises(Refused, match="no release is live on staging") as refused:
        run.run(staging.job(), "run", ("x",))

    assert refused.value.hint == "python deploy.py deploy --target staging"
    assert (lines, changes(made)) == ([0], [])


def test_host_that_is_being_changed_refuses_and_says_by_whom(
    staging: Staging, lines: list[Any]
) -> None:
    made = host(
        staging, **{HOLDER: printed("ann@desk (deploy) since 2026-11-28T05:25:59.123+00:00\n")}
    )

    with pytest.raises(Refused, match="is being changed") as refused:
        run.run(staging.job(), "run", ("x",))

    assert refused.value.details == "ann@desk (deploy) since 2026-11-28 05:25 UTC"
    assert (lines, made.sent) == ([0], [])


def test_host_that_does_not_say_who_holds_its_lock_is_an_error(
    staging: Staging, lines: list[Any]
) -> None:
    host(staging, **{HOLDER: failed(errors="head: cannot open")})

    with pytest.raises(StepFailed, match="holds its lock"):
        run.run(staging.job(), "run", ("x",))

    assert lines == [0]


@pytest.mark.parametrize(
    ("code", "is_there", "warned"),
    [
        (127, False, ["celery is no program of the live release or of staging"]),
        (126, False, ["celery is no program of the live release or of staging"]),
        (127, True, []),
        (255, True, ["Exit code 255 is the command's own, or ssh has lost its connection"]),
        (1, False, []),
    ],
)
def test_exit_code_with_two_meanings_is_explained(
    code: int, is_there: bool, warned: list[str], staging: Staging, lines: list[Any]
) -> None:
    made = host(staging, **{FIND: printed("") if is_there else failed()})
    lines[0] = code

    assert ended(staging, "celery", "status") == code

    assert len(staging.report.warnings) == len(warned)
    for text, start in zip(staging.report.warnings, warned, strict=True):
        assert text.startswith(start)
    assert f"{SITE} log" in changes(made)
