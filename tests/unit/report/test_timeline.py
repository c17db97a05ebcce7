"""The timeline of several hosts: a lane for each, and the points at which they wait for each other."""

from dataclasses import replace

import pytest

from tests.unit.records import HOST_NAMES, HOSTS, PASSED, READY, SEVERAL, SEVERAL_FAILED, on_host
from tests.unit.report.test_page import page
from understudy.report import timeline
from understudy.report.record import Record, State
from understudy.report.timeline import Part


def part(record: Record = SEVERAL) -> Part:
    [found] = timeline.parts(record)
    return found


def test_each_host_has_a_lane_with_its_steps_and_the_rest_is_of_the_whole_run() -> None:
    found = part()

    assert [row.title for row in found.rows] == ["resolve the commit"]
    assert [lane.host for lane in found.lanes] == list(HOSTS)
    first = found.lanes[0]
    assert [row.title for row in first.rows] == [
        "upload the release",
        "run 3 release commands",
        READY,
        "switch to release 3f2a91c0",
    ]
    assert (first.waited, first.state) == (4, "passed")
    assert first.seconds == pytest.approx(9.1)
    assert len(found.all_rows) == len(SEVERAL.phases[0].steps)


def test_a_gate_says_who_came_last_and_how_long_the_others_waited() -> None:
    [gate] = part().gates

    assert (gate.title, gate.last, gate.at, gate.longest) == (READY, HOSTS[1], 10, 4)
    assert (gate.left, gate.open) == (50, True)
    assert [lane.meets for lane in part().lanes] == [True, True, False]


def test_the_same_gate_of_a_second_deploy_is_another_one() -> None:
    [phase] = SEVERAL.phases
    again = (on_host(0, READY, 16, 0), on_host(1, READY, 15, 1))
    twice = replace(SEVERAL, phases=(replace(phase, steps=(*phase.steps, *again)),))

    assert [(gate.at, gate.last) for gate in part(twice).gates] == [(10, HOSTS[1]), (16, HOSTS[0])]


def test_a_gate_at_which_one_host_waits_opens_when_its_wait_ends() -> None:
    steps = (on_host(0, READY, 5, 2), on_host(1, "upload the release", 1, 6))
    [gate] = part(replace(SEVERAL, phases=(replace(SEVERAL.phases[0], steps=steps),))).gates

    assert (gate.at, gate.last) == (7, "")


def test_a_host_that_waited_for_one_that_failed_has_not_failed() -> None:
    found = part(SEVERAL_FAILED)

    assert [(lane.host, lane.state) for lane in found.lanes] == [
        (HOSTS[0], "stopped"),
        (HOSTS[1], "failed"),
    ]
    assert [row.step.host for row in found.all_rows if row.open] == [HOSTS[1]]
    assert [gate.open for gate in found.gates] == [False]


def test_a_wait_that_took_too_long_has_failed() -> None:
    steps = (on_host(0, READY, 5, 2, ok=False), on_host(1, "upload the release", 1, 6))
    late = replace(SEVERAL.phases[0], state=State.FAILED, steps=steps)

    assert [lane.state for lane in part(replace(SEVERAL, phases=(late,))).lanes] == [
        "failed",
        "passed",
    ]


def test_steps_of_one_host_alone_have_no_lane() -> None:
    alone = replace(SEVERAL.phases[0], steps=(on_host(0, "upload the release", 1, 2),))
    found = part(replace(SEVERAL, phases=(alone,)))

    assert (found.lanes, found.gates) == ((), ())
    assert [row.title for row in found.rows] == [f"{HOSTS[0]} (web): upload the release"]
    assert all(not one.lanes for one in timeline.parts(PASSED))


def test_the_page_shows_lanes_waits_and_how_many_hosts() -> None:
    text = page(SEVERAL, [])

    assert text.count('<details class="host passed">') == len(HOSTS)
    assert text.count('class="gate"') == 2
    assert all(text.count(name) >= 2 for name in HOST_NAMES.values()), "in the lanes and the steps"
    assert f"<td>{HOST_NAMES[HOSTS[1]]}</td>" in text, "came last"
    assert "Waits of the hosts for each other" in text
    assert "3 with Debian GNU/Linux 12" in text
    assert "waited 4 s" in text


def test_the_failed_step_is_that_of_the_host_whose_logs_are_shown() -> None:
    steps = SEVERAL_FAILED.phases[0].steps
    both = (*steps, on_host(0, "stop the release", 10, 1, ok=False))
    logs = {"evidence": {"journal": "Mar 04 05:06:12 boom"}, "evidence host": HOSTS[1]}
    logs["hosts"] = HOST_NAMES
    record = replace(
        SEVERAL_FAILED,
        phases=(replace(SEVERAL_FAILED.phases[0], steps=both),),
        attachments=logs,
    )

    text = page(record, [])
    assert f"Go to the failed step: {HOSTS[1]} (web): start release" in text
    assert f"Logs of {HOSTS[1]} (web) at that time" in text


def test_lanes_of_a_named_phase_span_the_phase_and_its_other_steps_the_run() -> None:
    """A deploy is short in a rehearsal, and its waits are to be seen."""
    [phase] = SEVERAL.phases
    inside = replace(phase, name="deploy", title="deploy it", at=0, seconds=10)
    found = part(replace(SEVERAL, seconds=100, phases=(inside,)))

    assert (found.left, found.width) == (0, 10)
    assert found.rows[0].width == 0.6
    upload = found.lanes[0].rows[0]
    assert (upload.left, upload.width) == (10, 20)
    assert found.gates[0].left == 100
    text = page(replace(SEVERAL, seconds=100, phases=(inside,)), [])
    assert '<p class="scale faint"><span class="name">3 hosts</span>' in text
