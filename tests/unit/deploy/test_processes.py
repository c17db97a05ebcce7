"""Which processes of which release start and end in a deploy, a rollback and a restore, and in which order."""

import itertools
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.unit.fakes import manifest
from tests.unit.model_host import ModelHost
from tests.unit.plans import NEW, OLD, SHIPMENT, desired_state, live_host
from understudy.deploy import switch
from understudy.deploy.desired import DesiredState
from understudy.deploy.plan import make_plan
from understudy.host.actions import Action, Run, Start, Switch
from understudy.host.facts import ObservedState
from understudy.host.processes import ObservedProcess, State
from understudy.release.processes import ReleaseProcess
from understudy.release.render import RenderedFile

WORKER = ReleaseProcess("worker", 2, single=False, ready="3")
BEAT = ReleaseProcess("beat", 1, single=True, ready="3")
BOTH = (WORKER, BEAT)
LIST = "worker 2 many 3\nbeat 1 single 3\n"
START = f"start the processes of {NEW} and wait until they are ready: worker x2"
HAND_OVER = f"hand over to {NEW}: beat"
END_OLD = f"end the processes of {OLD}"
CHECK = f"check that the processes of {NEW} still run"
SWITCHED_BACK = [
    f"switch back to {OLD}",
    f"hand back to {OLD}",
    f"stop the processes of {NEW}",
    f"stop {NEW}",
]
BACKUP = "20240301T000000Z-c0ffee00-new"
OLD_MANIFEST, NEW_MANIFEST = manifest(OLD), manifest(NEW, "2024-02-01")


def desired(text: str = LIST, **app: Any) -> DesiredState:
    """A commit whose release has that file `processes`."""
    before = desired_state(app=app)
    file = RenderedFile(PurePosixPath("/srv/shop/releases") / NEW / "processes", text)
    return replace(before, release_files=(*before.release_files, file))


def all_of(release: str, state: State = "running") -> tuple[ObservedProcess, ...]:
    return tuple(ObservedProcess(name, release, state) for name in ("worker", "worker", "beat"))


def old_live(**changes: Any) -> ObservedState:
    given = {"processes": all_of(OLD), "release_processes": {OLD: BOTH}, **changes}
    return live_host(OLD_MANIFEST, **given)


def new_live(**changes: Any) -> ObservedState:
    given = {
        "releases": (OLD_MANIFEST, NEW_MANIFEST),
        "served": frozenset({OLD, NEW}),
        "processes": all_of(NEW),
        "release_processes": {OLD: BOTH, NEW: BOTH},
        **changes,
    }
    return live_host(NEW_MANIFEST, **given)


def plan(observed: ObservedState, wanted: DesiredState | None = None) -> list[Action]:
    return make_plan(wanted or desired(), SHIPMENT, observed)


def titles(actions: Any) -> list[str]:
    return [action.title for action in actions]


def undo_of(actions: list[Action], title: str) -> list[str]:
    [found] = [action for action in actions if action.title == title]
    assert isinstance(found, Run | Start | Switch)
    return titles(found.undo)


def test_processes_start_before_the_switch_and_old_ones_end_after_it() -> None:
    assert titles(plan(old_live()))[2:] == [
        f"check that {OLD} still answers /",
        f"start release {NEW} beside the live one and check its health",
        START,
        f"check {NEW} through nginx as 4 visitors at once",
        HAND_OVER,
        f"switch to {NEW}",
        CHECK,
        f"check health through nginx, record {NEW} as live",
        f"drain {OLD}",
        END_OLD,
    ]


def test_old_workers_end_before_the_switch_if_deploy_yml_says_so() -> None:
    planned = titles(plan(old_live(), desired(workers_first=True)))

    assert planned.count(END_OLD) == 1
    assert planned.index(START) < planned.index(END_OLD) < planned.index(HAND_OVER)


@pytest.mark.parametrize(
    ("step", "undone"),
    [
        (START, [f"stop {NEW}"]),
        (
            f"check {NEW} through nginx as 4 visitors at once",
            [f"stop the processes of {NEW}", f"stop {NEW}"],
        ),
        (HAND_OVER, [f"hand back to {OLD}", f"stop the processes of {NEW}", f"stop {NEW}"]),
        # The step may have failed after the rename: visitors keep a web process.
        (f"switch to {NEW}", [f"hand back to {OLD}", f"stop the processes of {NEW}"]),
        (CHECK, SWITCHED_BACK),
        (f"check health through nginx, record {NEW} as live", SWITCHED_BACK),
    ],
)
def test_step_that_fails_leaves_the_processes_of_the_live_release(
    step: str, undone: list[str]
) -> None:
    assert undo_of(plan(old_live()), step) == undone


@pytest.mark.parametrize("step", [END_OLD, HAND_OVER, f"switch to {NEW}"])
def test_old_workers_that_ended_first_start_again(step: str) -> None:
    planned = plan(old_live(), desired(workers_first=True))

    assert undo_of(planned, step)[0] == f"start the processes of {OLD} again"


def test_release_that_a_killed_deploy_handed_over_to_gives_back_if_it_does_not_start() -> None:
    left = old_live(
        releases=(OLD_MANIFEST, NEW_MANIFEST),
        release_processes={OLD: BOTH, NEW: BOTH},
        processes=(*all_of(OLD)[:2], *all_of(NEW)),
    )
    start = f"start release {NEW} beside the live one and check its health"

    assert undo_of(plan(left), start) == [f"hand back to {OLD}", f"stop the processes of {NEW}"]


def test_site_without_processes_has_no_steps_for_them() -> None:
    planned = plan(live_host(OLD_MANIFEST), desired_state())

    assert not [title for title in titles(planned) if "process" in title or "hand" in title]


@pytest.mark.parametrize(
    ("changes", "planned"),
    [
        pytest.param({}, [], id="all-run"),
        pytest.param({"processes": all_of(NEW)[1:]}, [f"run worker x2 of {NEW}"], id="one-ended"),
        pytest.param(
            {"processes": (*all_of(NEW), *all_of(NEW)[:2])},
            [f"run worker x2 of {NEW}"],
            id="scaled-until-the-next-deploy",
        ),
        pytest.param(
            {"processes": (*all_of(NEW)[:2], ObservedProcess("beat", NEW, "failed"))},
            [HAND_OVER],
            id="single-failed",
        ),
        pytest.param(
            {"processes": (*all_of(NEW)[1:], ObservedProcess("worker", NEW, "restarting"))},
            [f"run worker x2 of {NEW}"],
            id="ends-again-and-again",
        ),
        pytest.param(
            {"processes": (*all_of(NEW), *all_of(OLD)[:2])}, [END_OLD], id="old-code-runs"
        ),
        pytest.param({"processes": (*all_of(NEW), *all_of(OLD, "ending"))}, [], id="old-code-ends"),
        pytest.param(
            {"processes": (*all_of(NEW), *all_of(OLD, "failed"))}, [], id="old-one-was-killed"
        ),
    ],
)
def test_host_is_converged_only_if_all_processes_of_the_release_run_and_no_others(
    changes: dict[str, Any], planned: list[str]
) -> None:
    assert titles(plan(new_live(**changes))) == planned


def test_next_deploy_awaits_what_is_still_ending() -> None:
    ending = old_live(processes=(*all_of(OLD), *all_of("c0ffee00-older", "ending")))

    assert titles(plan(ending))[0] == "wait until the processes of c0ffee00-older have ended"


def test_process_that_has_to_be_killed_is_a_warning() -> None:
    ending = old_live(processes=(*all_of(OLD), *all_of("c0ffee00-older", "ending")))

    warning = {step.title for step in plan(ending) if isinstance(step, Run) and step.warns_by}

    assert "wait until the processes of c0ffee00-older have ended" in warning
    assert any(title.startswith("hand over to ") for title in warning)


def test_processes_of_the_live_release_are_not_stopped_because_one_of_them_ends() -> None:
    """As after `scale worker=1`."""
    fewer = old_live(processes=(*all_of(OLD), ObservedProcess("worker", OLD, "ending")))

    assert not [title for title in titles(plan(fewer)) if title.startswith("wait until")]


def test_release_is_removed_only_when_its_processes_have_ended() -> None:
    many = [manifest(f"c0ffee00-{day}", f"2023-01-0{day}") for day in range(1, 8)]
    first = many[0].id
    observed = old_live(
        releases=(*many, OLD_MANIFEST),
        served=frozenset({OLD, *(one.id for one in many)}),
        processes=(*all_of(OLD), ObservedProcess("worker", first, "running")),
    )

    planned = titles(plan(observed))

    end, wait = f"end the processes of {first}", f"wait until the processes of {first} have ended"
    assert planned.index(end) < planned.index("remove old releases")
    assert planned.index(wait) < planned.index("remove old releases")


def test_rollback_moves_all_processes_by_the_list_of_the_earlier_release() -> None:
    """deploy.yml may have others by now."""
    only_worker = (replace(WORKER, count=1),)
    observed = new_live(release_processes={OLD: only_worker, NEW: BOTH})

    planned = titles(switch.rollback(desired_state(OLD_MANIFEST), observed))

    assert [title for title in planned if "process" in title or "hand" in title] == [
        f"start the processes of {OLD} and wait until they are ready: worker",
        f"check that the processes of {OLD} still run",
        f"end the processes of {NEW}",
    ]


def test_rollback_to_the_live_release_takes_back_what_a_killed_deploy_took() -> None:
    handed_over = (*all_of(OLD)[:2], *all_of(NEW))
    observed = old_live(
        releases=(OLD_MANIFEST, NEW_MANIFEST),
        release_processes={OLD: BOTH, NEW: BOTH},
        processes=handed_over,
    )

    planned = titles(switch.rollback(desired_state(OLD_MANIFEST), observed))

    assert planned == [f"hand over to {OLD}: beat", f"end the processes of {NEW}"]


def test_restore_stops_all_processes_before_the_data_and_starts_them_after_the_web_process() -> (
    None
):
    observed = new_live(processes=(*all_of(NEW), ObservedProcess("worker", OLD, "ending")))

    planned = titles(switch.restore(desired_state(NEW_MANIFEST), observed, BACKUP))

    assert planned == [
        f"stop {NEW}",
        f"stop the processes of {NEW}",
        f"stop the processes of {OLD}",
        f"restore the backup {BACKUP}",
        f"start release {NEW} and check its health",
        f"check health through nginx, record {NEW} as live",
        START,
        HAND_OVER,
    ]


@pytest.mark.parametrize("workers_first", [False, True])
def test_deploy_that_is_killed_at_any_step_is_finished_by_the_next(workers_first: bool) -> None:
    """A third one has nothing to do; until the switch the live release keeps its workers, unless
    `workers_first` lets them end.
    """
    wanted = desired(workers_first=workers_first)
    for observed in _hosts():
        killed = ModelHost(wanted, observed, BOTH)
        assert_next_finishes(killed, wanted)
        for action in make_plan(wanted, SHIPMENT, observed):
            killed.apply(action)
            assert_next_finishes(killed, wanted)
            if killed.state.current == OLD and not workers_first:
                assert workers_of_old(killed.state) == workers_of_old(observed)


def workers_of_old(observed: ObservedState) -> int:
    return observed.processes.count(ObservedProcess("worker", OLD, "running"))


def _hosts() -> Iterator[ObservedState]:
    """With the processes that deploys and killed deploys can leave."""
    some: list[tuple[ObservedProcess, ...]] = [
        all_of(OLD),
        (*all_of(OLD), *all_of(NEW)[:2]),
        (*all_of(OLD), *all_of(NEW)[:1]),
        (*all_of(OLD)[:2], *all_of(NEW)),
        (*all_of(OLD, "ending"), *all_of(NEW)),
        all_of(NEW),
    ]
    for running, services in itertools.product(some, [(OLD,), (OLD, NEW)]):
        yield old_live(
            releases=(OLD_MANIFEST, NEW_MANIFEST),
            release_processes={OLD: BOTH, NEW: BOTH},
            processes=running if running != all_of(NEW) else (),
            running=frozenset(services),
        )
        yield new_live(processes=running, running=frozenset({*services, NEW}))
    yield old_live()


def assert_next_finishes(killed: ModelHost, wanted: DesiredState) -> None:
    host = copy(killed)
    for action in make_plan(wanted, SHIPMENT, host.state):
        host.apply(action)
    assert make_plan(wanted, SHIPMENT, host.state) == [], killed.state
    left = [one for one in host.state.processes if one.state != "ending"]
    assert sorted(left, key=str) == sorted(all_of(NEW), key=str)
