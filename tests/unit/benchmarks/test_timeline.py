"""Where the time of a run goes, by its report."""

from typing import Any

import pytest

from benchmarks import guest, timeline
from benchmarks.samples import Sample
from benchmarks.timeline import REST


def step(title: str, at: float, seconds: float) -> dict[str, Any]:
    return {"title": title, "at": at, "seconds": seconds}


def phase(
    title: str, at: float, seconds: float, state: str = "passed", *steps: object
) -> dict[str, Any]:
    return {"name": title, **step(title, at, seconds), "state": state, "steps": list(steps)}


def test_steps_of_a_deploy_are_summed_under_titles_that_are_the_same_in_each_deploy() -> None:
    steps = (
        step("upload 6 packages", 0.75, 0.25),
        step("make environment 998c8e1af789-3.11", 1.0, 0.5),
        step("start release c3e90676-9d3fd5c1 and check its health", 1.5, 1.0),
        step("start release c3e90676-9d3fd5c1 and check its health", 2.5, 1.0),
    )

    found = timeline.of_run({"phases": [phase("", 0, 3.5, "passed", *steps)]}, 4.0)

    assert found == {
        "upload packages": 0.25,
        "make environment X": 0.5,
        "start release X and check its health": 2.0,
        REST: pytest.approx(1.25),
    }


def test_phases_of_a_rehearsal_that_ran_are_listed_by_title() -> None:
    """What comes before and after them is a phase without a name."""
    phases = [phase("bring up the VM", 0, 1.0), phase("load data", 1, 0, "skipped")]

    found = timeline.of_run({"phases": [*phases, phase("reboot", 1, 4.0), phase("", 5, 0.5)]}, 6.0)

    assert found == {"bring up the VM": 1.0, "reboot": 4.0, REST: 1.0}


def test_seconds_in_which_two_parts_ran_at_once_count_once() -> None:
    parts = [phase("host tests", 1, 4.0), phase("browser tests", 1, 9.0), phase("reboot", 9, 3.0)]

    assert timeline.of_run({"phases": parts}, 12.0)[REST] == pytest.approx(1.0)


def test_table_has_a_column_for_each_kind_of_run_on_each_provider() -> None:
    runs = [
        Sample("first", "ours", 3.0, "lxc", steps={"upload": 2.0, REST: 1.0}),
        Sample("change", "ours", 1.0, "lxc", steps={REST: 0.5, "switch": 0.5}),
        Sample("first", "ours", 30.0, "vm", steps={"upload": 20.0, REST: 10.0}),
        Sample("first", "ours", 50.0, "vm", steps={"upload": 40.0, REST: 10.0}),
        Sample("first", "shell", 1.0, "vm"),
    ]

    assert timeline.describe(runs).splitlines() == [
        "| step | first, lxc | change, lxc | first, vm |",
        "| --- | --- | --- | --- |",
        "| upload | 2.00 |  | 30.00 |",
        "| switch |  | 0.50 |  |",
        f"| {REST} | 1.00 | 0.50 | 10.00 |",
        "| **together** | 3.00 s | 1.00 s | 40.0 s |",
    ]


def test_programs_that_the_host_timed_are_read_with_their_names() -> None:
    output = "1234 `nginx -t`\n2500000 Python with Django set up\n"

    assert guest.parse(output) == [
        ("`nginx -t`", 0.001234),
        ("Python with Django set up", 2.5),
    ]
    runs = [Sample(what, guest.HOST, seconds, "lxc") for what, seconds in guest.parse(output)]
    assert guest.describe(runs).splitlines()[2:] == [
        "| `nginx -t` | 1 |",
        "| Python with Django set up | 2500 |",
    ]
