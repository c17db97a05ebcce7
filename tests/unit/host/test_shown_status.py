"""A status is shown once more as far as it lasts, and says in its exit code whether the site is well."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.fakes import FakeReport, well
from understudy.errors import NotWell
from understudy.host import shown_status, site_status, status_text
from understudy.host.site_status import Certificate, OldProcess, Process, Renewal, Status, Timer

NOON = 1706788800


def kept(**changes: Any) -> dict[str, Any]:
    """What the last look has left in a file."""
    found = Status(replace(well().site, **changes), well().now)
    [printed] = shown_status.kept([found])
    fields: dict[str, Any] = json.loads(json.dumps(printed.value))
    return fields


def again(fields: dict[str, Any], *lines: str, quiet: bool = False) -> list[str] | None:
    """The lines that are printed; None if the host has to be asked more."""
    report, output = FakeReport(), "\n".join(f"now\t{line}" for line in lines)
    shown = shown_status.show_again(fields, output, "shop", report, quiet=quiet)
    return report.said if shown else None


def test_ages_are_those_of_now() -> None:
    fields = kept()

    assert "  deployed 31 days ago by ann@desk (2024-01-01 00:00 UTC)" in (
        again(fields, f"time\t{NOON}") or []
    )
    assert "  deployed 32 days ago by ann@desk (2024-01-01 00:00 UTC)" in (
        again(fields, f"time\t{NOON + 86400}", "disk\t/\tf1\t1000\t500\t500\t4096") or []
    )


def test_disk_is_as_the_host_says_now() -> None:
    lines = again(kept(), f"time\t{NOON}", "disk\t/\tf1\t1000\t500\t500\t4096")

    assert lines is not None
    assert lines[-1] == "  disk /: 50 % used, 2.0 MB free"


def test_off_host_backup_is_as_the_host_says_now() -> None:
    record = f"success 0 {NOON - 3600} 0"
    lines = again(kept(), f"time\t{NOON}", f"off_host\t{record}\t{NOON + 86400}\t") or []

    assert "  last off-host backup: 1 h ago, tried" in lines


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (
            "",
            "none by this host yet; `python deploy.py restore --target staging` shows what is there",
        ),
        ("0 ", "none yet"),
        (
            "12 20240201T090000Z-c0ffee00-now",
            "none by this host yet; 12 are there, the last one of 3 h ago: "
            "`python deploy.py restore --target staging`",
        ),
    ],
)
def test_new_host_says_what_it_knows_of_backups_of_another(found: str, text: str) -> None:
    lines = again(kept(), f"time\t{NOON}", f"off_host\tnone\t0\t{found}") or []

    assert f"  last off-host backup: {text}" in lines


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [f"time\t{NOON}", f"off_host\texit-code 1 {NOON} {NOON}\t0\t"],
        [f"time\t{NOON}", "disk\t/\tf1\t1000\t50\t50\t4096"],
        [f"time\t{NOON}", "service\tredis\tok"],
        [f"time\t{NOON}", "database\tok"],
    ],
    ids=["no answer", "a failed backup", "a full disk", "another service", "a database"],
)
def test_nothing_is_shown_again_of_a_site_that_is_not_well_or_has_changed(lines: list[str]) -> None:
    assert again(kept(), *lines) is None


@pytest.mark.parametrize("fields", [{}, {"target": "staging"}, {"release": 3}])
def test_what_another_version_has_kept_is_not_shown(fields: dict[str, Any]) -> None:
    assert again(fields, f"time\t{NOON}") is None


def test_quiet_prints_nothing_and_is_done() -> None:
    assert again(kept(), f"time\t{NOON}", quiet=True) == []


def test_all_parts_of_a_site_are_read_back() -> None:
    site = replace(
        well().site,
        maintenance="MAINTENANCE is on",
        certificate=Certificate("2024-03-01", 29, ok=True, text="certificate of shop.test"),
        renewal=Renewal(None, ok=True, text="certbot's timer"),
        processes=(Process("worker", 2, 1, restarting=1),),
        old_processes=(OldProcess("worker", "r0", 1, ending=True),),
        timers=(Timer("prune", None, None, ok=True, text="timer prune"),),
    )
    fields = json.loads(json.dumps(Status(site, well().now).fields()))

    assert site_status.site_of(fields) == site


@pytest.mark.parametrize(
    ("process", "line"),
    [
        (Process("worker", 1, 3), "running 3 (deploy.yml: 1)"),
        (Process("worker", 3, 1), "running 1 (deploy.yml: 3)"),
        (Process("worker", 2, 2), "running 2 of 2"),
        (
            Process("worker", 2, 1, restarting=1),
            "running 1 of 2, 1 that ended, about to start again",
        ),
        (Process("worker", 2, 0), "NOT RUNNING"),
        (
            Process("worker", 2, 1, failed=1, failed_since="2024-01-31T00:00:00.000Z"),
            "running 1 of 2, 1 failed 1 day ago",
        ),
    ],
)
def test_number_of_a_process_after_scale_is_not_of_another_one(process: Process, line: str) -> None:
    found = Status(replace(well().site, processes=(process,)), well().now)

    assert f"  worker: {line}" in status_text.text(found).splitlines()


def test_all_hosts_that_are_not_well_are_named() -> None:
    good = well()
    bad = Status(replace(good.site, host="192.0.2.8", release=None), good.now)

    shown_status.require_well([good, good])
    with pytest.raises(NotWell) as raised:
        shown_status.require_well([good, bad])
    assert (raised.value.exit_code, raised.value.details) == (1, "192.0.2.8: no release is live")
    with pytest.raises(NotWell, match="staging is not well: no release is live"):
        shown_status.require_well([bad])
