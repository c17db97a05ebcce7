from dataclasses import replace
from datetime import UTC, datetime

import pytest

from understudy.errors import StepFailed
from understudy.host import timers
from understudy.host.timers import LastRun, ObservedTimer

SHOWN = """\
NextElapseUSecRealtime=Sat 2026-11-28 03:10:43 UTC
Id=prune.timer
ActiveState=active

Id=prune.service
ActiveState=inactive

NextElapseUSecRealtime=
Id=mail.timer
ActiveState=inactive

Id=mail.service
ActiveState=activating
""".splitlines()
LIVE = "prune\nmail\n"
DIRECTORY = "/var/lib/understudy-timers/shop"
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
# Seconds since the epoch.
NOON_STAMP, LATER_STAMP = 1795780800, 1795784400


def last_run(record: str) -> LastRun | None:
    prune, _ = timers.observed(SHOWN, {f"{DIRECTORY}/prune": record}, LIVE)
    return prune.last


class TestObserved:
    def test_has_next_time_and_state(self) -> None:
        assert timers.observed(SHOWN, {}, LIVE) == (
            ObservedTimer("prune", active=True, next=datetime(2026, 11, 28, 3, 10, 43, tzinfo=UTC)),
            ObservedTimer("mail", active=False, running=True),
        )

    def test_has_the_last_run(self) -> None:
        assert last_run(f"success 0 {NOON_STAMP} 0\n") == LastRun("success", "0", NOON)
        failed = last_run(f"exit-code 3 {LATER_STAMP} {NOON_STAMP}\n")
        assert failed == LastRun("exit-code", "3", NOON.replace(hour=13), NOON)
        assert failed.failed

    @pytest.mark.parametrize("record", ["", "success\n", "exit-code 1 x 0\n", "; 1 2 3\n"])
    def test_record_that_was_cut_off_is_none(self, record: str) -> None:
        assert last_run(record) is None

    @pytest.mark.parametrize(
        "lines",
        [["Id=prune.timer"], SHOWN[:4], [line.replace("prune", "../x") for line in SHOWN]],
    )
    def test_what_systemd_can_not_print_is_an_error(self, lines: list[str]) -> None:
        with pytest.raises(StepFailed):
            timers.observed(lines, {})

    def test_host_without_timers_has_none(self) -> None:
        assert timers.observed([], {}) == ()


class TestDescribe:
    prune, mail = timers.observed(SHOWN, {}, LIVE)

    def test_says_when_it_runs_next(self) -> None:
        assert timers.describe("production", self.prune) == (
            "timer prune: next run 2026-11-28 03:10 UTC, has not run yet"
        )

    def test_says_that_the_live_release_lacks_it(self) -> None:
        """A rollback has gone to a release from before this timer."""
        prune, _ = timers.observed(SHOWN, {}, "mail\n")
        assert timers.describe("production", prune).startswith(
            "timer prune: not in the live release, "
        )

    def test_says_what_is_wrong_in_capitals(self) -> None:
        off = replace(self.mail, running=False)
        assert timers.describe("production", off) == "timer mail: NOT SCHEDULED, has not run yet"

    def test_says_since_when_it_fails_and_where_the_output_is(self) -> None:
        last = LastRun("exit-code", "3", NOON.replace(hour=14), NOON)
        assert timers.describe("production", replace(self.prune, last=last)) == (
            "timer prune: next run 2026-11-28 03:10 UTC, last run FAILED 2026-11-27 14:00 UTC: "
            "exit code 3, fails since 2026-11-27 12:00 UTC; "
            "`python deploy.py logs -p prune --target production` shows why"
        )

    @pytest.mark.parametrize(
        ("result", "status", "words"),
        [
            ("timeout", "TERM", "not ended in time"),
            ("exit-code", "124", "not ended in time"),
            ("exit-code", "139", "killed by SIGSEGV"),
            ("exit-code", "255", "exit code 255"),
            ("oom-kill", "KILL", "out of memory"),
            ("signal", "SEGV", "killed by SIGSEGV"),
            ("resources", "0", "resources 0"),
        ],
    )
    def test_has_words_for_each_end(self, result: str, status: str, words: str) -> None:
        assert LastRun(result, status, NOON).words == words
