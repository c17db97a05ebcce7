"""What a host's facts show of its processes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.host import test_facts
from tests.unit.host.test_facts import BARE
from understudy.errors import StepFailed
from understudy.host import facts, processes
from understudy.host.processes import ObservedProcess
from understudy.release.processes import ReleaseProcess

LINES = (
    "process\tworker@r1.service\tactive\n"
    "process\tworker@r1.2.service\trestarting\n"
    "process\tbeat@r0.service\tdeactivating\n"
    "process\tmail-out@r1.service\tfailed\tFri 2026-11-27 21:50:00 UTC\n"
)


def observe(lines: str) -> facts.ObservedState:
    return facts.parse(BARE.replace("machine\t", f"{lines}machine\t"))


def test_processes_of_all_releases_are_read() -> None:
    assert observe(LINES).processes == (
        ObservedProcess("worker", "r1", "running"),
        ObservedProcess("worker", "r1", "restarting"),
        ObservedProcess("beat", "r0", "ending"),
        ObservedProcess("mail-out", "r1", "failed", datetime(2026, 11, 27, 21, 50, tzinfo=UTC)),
    )


def test_what_a_release_is_to_run_is_read_from_its_own_file() -> None:
    observed = observe(
        "line\t/srv/shop/releases/r1/processes\tworker 2 many 3\n"
        "line\t/srv/shop/releases/r1/processes\tbeat 1 single notify\n"
        "line\t/srv/shop/current/processes\tworker 2 many 3\n"
    )

    assert observed.release_processes == {
        "r1": (
            ReleaseProcess("worker", 2, single=False, ready="3"),
            ReleaseProcess("beat", 1, single=True, ready="notify"),
        )
    }
    assert "/srv/shop/current/processes" in observed.files


def test_status_shows_how_many_of_each_run_and_what_is_left_of_others() -> None:
    runs = (
        ReleaseProcess("worker", 2, single=False, ready="3"),
        ReleaseProcess("beat", 1, single=True, ready="3"),
        ReleaseProcess("mail-out", 1, single=False, ready="3"),
        ReleaseProcess("search", 1, single=False, ready="3"),
    )
    found = (
        *observe(LINES).processes,
        ObservedProcess("worker", "r0", "running"),
        ObservedProcess("search", "r1", "running"),
    )

    assert list(processes.describe(found, "r1", runs)) == [
        "worker: running 1 of 2, 1 that ended, about to start again",
        "beat: NOT RUNNING",
        "mail-out: NOT RUNNING, failed at 2026-11-27 21:50 UTC",
        "search: running 1 of 1",
        "beat of r0: 1 still ending",
        "worker of r0: 1 RUNNING",
    ]


def test_query_asks_for_the_processes_of_all_releases_on_the_host(tmp_path: Path) -> None:
    for release, text in (("r0", "old 1 many 3\n"), ("r1", "worker 2 many 3\nbeat 1 single 3\n")):
        directory = tmp_path / "srv/shop/releases" / release
        directory.mkdir(parents=True)
        (directory / "processes").write_text(text)
    answer = """
        for word; do case $word in
            "shop-old@*") echo "shop-old@r0.service loaded deactivating stop-sigterm text" ;;
            "shop-worker@*") echo "shop-worker@r1.service loaded activating auto-restart text" ;;
            "shop-beat@*") echo "shop-beat@r1.service loaded failed failed text" ;;
            InactiveEnterTimestamp) [ "$TZ" != UTC ] || echo "Fri 2026-11-27 21:50:00 UTC" ;;
        esac; done
    """

    observed = test_facts.observe(tmp_path, systemctl=answer)

    assert observed.processes == (
        ObservedProcess("old", "r0", "ending"),
        ObservedProcess("worker", "r1", "restarting"),
        ObservedProcess("beat", "r1", "failed", datetime(2026, 11, 27, 21, 50, tzinfo=UTC)),
    )
    assert set(observed.release_processes) == {"r0", "r1"}


@pytest.mark.parametrize(
    "line",
    [
        "process\t../x@r1.service\tactive",
        "process\tworker.service\tactive",
        "process\tworker@r1.service\tdreaming",
        "process\tworker@r1.service",
        "line\t/srv/shop/releases/r1/processes\tworker two many 3",
        "line\t/srv/shop/releases/r1/processes\tworker 2 many $(reboot)",
    ],
)
def test_odd_answer_is_no_traceback(line: str) -> None:
    with pytest.raises(StepFailed, match="processes can't be understood"):
        observe(f"{line}\n")
