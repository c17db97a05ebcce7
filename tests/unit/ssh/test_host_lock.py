"""The lock of a host: who gets it, how long is waited for it, and what is reported to those who do not."""

import fcntl
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from understudy.ssh import host_lock

LOCK = PurePosixPath("/srv/shop/lock")
LEFT = "waiting for the end of a step that was left at work when its deploy was cut off"


def hold(path: Path, holder: str, wait: int = 0) -> subprocess.CompletedProcess[str]:
    """Its standard input ends at once, and so the lock is free again."""
    argv = host_lock.hold(PurePosixPath(path), holder, wait)
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def test_lock_names_its_holder_and_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    printed = [hold(path, f"{name}@desk").stdout for name in ("ann", "bob", "ann")]

    assert printed == ["mine \n", "mine ann@desk\n", "mine bob@desk\n"]
    assert path.read_text() == "ann@desk\nended\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_lock_that_another_deploy_holds_keeps_its_name(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    hold(path, "ann@desk")
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        done = hold(path, "bob@desk")

    assert (done.returncode, done.stdout) == (1, "held ann@desk\n")
    assert path.read_text() == "ann@desk\nended\n"


def test_lock_file_says_that_its_holder_has_ended_only_if_no_step_is_left(tmp_path: Path) -> None:
    path, step = tmp_path / "lock", tmp_path / "lock.step"
    argv = host_lock.hold(PurePosixPath(path), "ann@desk", 0)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "mine \n"
        with step.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            holder.communicate()

    assert path.read_text() == "ann@desk\n"


@pytest.mark.parametrize(("wait", "for_a_step"), [(0, 60), (7, 60), (60, 60), (90, 90)])
def test_step_that_was_left_at_work_is_waited_for_at_least_a_minute(
    wait: int, for_a_step: int
) -> None:
    assert host_lock.hold(LOCK, "ann@desk", wait)[-4:] == (
        str(LOCK),
        "ann@desk",
        str(wait),
        str(for_a_step),
    )


@pytest.mark.parametrize(
    ("lines", "line", "reported"),
    [
        (["mine ann"], "mine ann", []),
        (["held ann", "more"], "held ann", []),
        (["waiting", "mine ann"], "mine ann", [LEFT]),
        (["waiting", "held a step"], "held a step", [LEFT]),
        (["waiting"], "", [LEFT]),
        ([], "", []),
    ],
)
def test_wait_for_a_step_is_reported_before_the_answer(
    lines: list[str], line: str, reported: list[str]
) -> None:
    said: list[str] = []

    assert host_lock.answer(iter(lines), said.append) == line
    assert said == reported


def test_refusal_names_host_and_holder() -> None:
    refused = host_lock.held(
        "staging", "held ann@desk (deploy) since 2026-11-28T05:25:59.123+00:00\n"
    )

    assert refused.summary == "staging: another deploy is at work"
    assert refused.details == "ann@desk (deploy) since 2026-11-28 05:25 UTC"
    assert "--wait" in refused.hint


def test_lock_that_cannot_be_taken_names_file_and_reason() -> None:
    failed = host_lock.failed("staging", LOCK, "sh: 9: Read-only file system\n")

    assert failed.summary == "staging: can't lock /srv/shop/lock"
    assert failed.details == "sh: 9: Read-only file system"
    assert "df -h" in failed.hint
