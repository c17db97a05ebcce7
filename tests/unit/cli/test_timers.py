"""`timers` lists what the host has; `timers run` runs what both the host and the live release have."""

import json
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection
from tests.unit.staging import LOG, Staging
from understudy.cli import shell, timers
from understudy.errors import Refused

FACTS = (
    "current\treleases/c0ffee00-1",
    "line\t/etc/systemd/system/shop-prune.timer\tOnCalendar=*-*-* 03:10",
    "line\t/srv/shop/current/timers\tprune",
    *(
        f"timer\t{line}"
        for name in ("prune", "mail")
        for line in (
            *("NextElapseUSecRealtime=Sat 2026-11-28 03:10:43 UTC", f"Id={name}.timer"),
            *("ActiveState=active", "", f"Id={name}.service", "ActiveState=inactive", ""),
        )
    ),
)


def host(staging: Staging, *facts: str) -> FakeConnection:
    staging.quiet = LOG
    return staging.answering({"/etc/os-release": staging.facts(*(facts or FACTS))})


class TestList:
    def test_shows_calendar_and_next_time(self, staging: Staging) -> None:
        host(staging)
        timers.list_all(staging.job())
        assert staging.report.said == [
            "timer prune: next run 2026-11-28 03:10 UTC, has not run yet  (*-*-* 03:10)",
            "timer mail: not in the live release, has not run yet  ()",
        ]

    def test_of_a_host_without_timers(self, staging: Staging) -> None:
        host(staging, FACTS[0])
        timers.list_all(staging.job())
        assert staging.report.said == ["staging has no timers"]


class TestRun:
    def test_hands_the_exit_code_on_and_leaves_an_audit_entry(
        self, staging: Staging, lines: list[Any]
    ) -> None:
        made = host(staging)
        lines[0] = 3
        with pytest.raises(SystemExit) as end:
            timers.run(staging.job(), "prune")
        [entry] = map(json.loads, made.sent)
        assert (end.value.code, lines[2]) == (3, False)
        assert (entry["verb"], entry["what"]) == ("timers run", "prune")
        assert entry["outcome"] == "exit code 3"

    def test_lost_connection_may_leave_the_run_at_work(
        self, staging: Staging, lines: list[Any]
    ) -> None:
        host(staging)
        lines[0] = shell.NO_CONNECTION
        with pytest.raises(SystemExit):
            timers.run(staging.job(), "prune")
        assert "prune is still running there" in staging.report.warnings[0]

    def test_host_without_it_is_refused(self, staging: Staging, lines: list[Any]) -> None:
        host(staging)
        with pytest.raises(Refused, match="staging has no timer nope; its timers: prune"):
            timers.run(staging.job(), "nope")
        assert len(lines) == 1

    def test_live_release_without_it_is_refused(self, staging: Staging, lines: list[Any]) -> None:
        """The host would say so, but end well, as a run by the clock does."""
        host(staging)
        with pytest.raises(Refused, match="the live release c0ffee00-1 has no timer mail"):
            timers.run(staging.job(), "mail")
