"""How one release takes over from another, and the ways back."""

from typing import Any

import pytest

from tests.unit.fakes import manifest
from tests.unit.model_host import ModelHost
from tests.unit.plans import NEW, OLD, SHIPMENT, serving, wanted
from understudy.deploy import switch as deploy_switch
from understudy.deploy.plan import make_plan
from understudy.host.actions import Action, Run, Start, Switch
from understudy.host.facts import ObservedState

BACKUP = "20240301T000000Z-c0ffee00-new"
BOTH = (manifest(OLD), manifest(NEW, "2024-02-01"))


def both_there(**changes: Any) -> ObservedState:
    """NEW serves, OLD lies there and has served."""
    return serving(releases=BOTH, served=frozenset({OLD, NEW}), **changes)


def titles(actions: list[Action]) -> list[str]:
    return [action.title for action in actions]


def test_rollback_starts_the_old_release_and_renames_one_link() -> None:
    want = wanted(BOTH[0])

    actions = deploy_switch.rollback(want, both_there())

    assert [type(action) for action in actions] == [Start, Run, Switch, Run, Run]
    assert titles(actions)[-1] == f"drain {NEW}"
    assert not [title for title in titles(actions) if "migrate" in title]


def test_rollback_to_what_serves_does_nothing() -> None:
    assert deploy_switch.rollback(wanted(BOTH[1]), both_there()) == []


def test_rollback_is_as_safe_as_a_deploy() -> None:
    want = wanted(BOTH[0])
    host = ModelHost(want, both_there())

    for action in deploy_switch.rollback(want, host.facts):
        host.apply(action)

    assert (host.facts.current, list(host.facts.running)) == (OLD, [OLD])


def test_release_that_does_not_answer_through_nginx_is_switched_back() -> None:
    [check] = [
        action
        for action in make_plan(wanted(), SHIPMENT, serving(manifest(OLD)))
        if isinstance(action, Run) and action.title.startswith("check its health")
    ]

    assert titles(list(check.undo)) == [f"switch back to {OLD}", f"stop {NEW}"]
    assert check.undo[0].argv[-2:] == ("/srv/shop", OLD)
    assert check.undo[1].argv[-3:] == ("shop", "stop", NEW)
    assert "switched back" in check.hint
    for undo in check.undo:
        assert "switched to already" in undo.hint, "until it is undone"


def test_release_that_answers_through_nginx_has_served() -> None:
    want = wanted(app={"health_path": "/health/"})
    [check] = deploy_switch.checks(want, serving())

    assert isinstance(check, Run)
    words = " ".join(check.argv)
    assert "shop.test:80:127.0.0.1 http://shop.test/health/" in words
    assert words.index("/health/") < words.index(f"touch /srv/shop/releases/{NEW}/served")
    assert "switched to already" in check.hint, "there is none to switch back to"


def test_release_is_asked_through_nginx_before_it_goes_live() -> None:
    """Its socket is not what visitors reach: nginx refuses an answer with large headers."""
    want = wanted(app={"check_paths": ["/shop/"]})

    planned = make_plan(want, SHIPMENT, serving(manifest(OLD)))

    [start] = [place for place, action in enumerate(planned) if isinstance(action, Start)]
    ask, switch = planned[start + 1 : start + 3]
    assert isinstance(ask, Run)
    assert isinstance(switch, Switch)
    assert ask.argv[-2:] == ("/", "/shop/")
    assert NEW in ask.argv
    assert titles(list(ask.undo)) == [f"stop {NEW}"]


def test_look_that_was_cut_short_can_still_go_back() -> None:
    """Killed between switch and check: the old one still runs beside the new."""
    found = both_there(running=frozenset({OLD, NEW}))

    check = make_plan(wanted(), SHIPMENT, found)[0]

    assert isinstance(check, Run)
    assert titles(list(check.undo)) == [f"switch back to {OLD}", f"stop {NEW}"]


@pytest.mark.parametrize("served", [frozenset[str](), frozenset({NEW})])
def test_nothing_is_switched_back_to_that_never_served(served: frozenset[str]) -> None:
    found = serving(releases=BOTH, current=OLD, running=frozenset({OLD}), served=served)

    undone = [a.undo for a in make_plan(wanted(), SHIPMENT, found) if isinstance(a, Run)]

    assert not any("switch back" in title for undo in undone for title in titles(list(undo)))


def test_release_that_only_is_warm_is_stopped_when_the_commands_fail() -> None:
    planned = make_plan(wanted(), SHIPMENT, serving(manifest(OLD)))

    [commands] = [a for a in planned if isinstance(a, Run) and f"warm {NEW}" in " ".join(a.argv)]

    assert titles(list(commands.undo)) == [f"stop {NEW}"]
    assert commands.undo[0].argv[-2:] == ("stop", NEW)


def test_what_runs_already_is_neither_warmed_up_nor_stopped() -> None:
    """A deploy that was killed before the switch left it; or it serves, and nginx is stopped."""
    found = serving(nginx_active=False)

    planned = make_plan(wanted(), SHIPMENT, found)

    assert not [a for a in planned if isinstance(a, Run) and f"warm {NEW}" in " ".join(a.argv)]
    [commands] = [a for a in planned if isinstance(a, Run) and "manage.py" in a.title]
    assert commands.undo == ()


def test_data_is_put_back_only_while_nothing_runs() -> None:
    found = both_there(running=frozenset({OLD, NEW}))

    planned = titles(deploy_switch.restore(wanted(BOTH[0]), found, BACKUP))

    assert planned[:4] == [
        f"stop {NEW}",
        f"stop {OLD}",
        f"put back the data of {BACKUP}",
        f"start {OLD} beside what serves, check its health",
    ]
    assert planned[4] == "switch"


def test_what_ends_by_itself_has_ended_before_anything_is_changed() -> None:
    found = both_there(ending=frozenset({OLD}))
    wait = f"wait for the end of {OLD}"

    for actions in (
        deploy_switch.restore(wanted(BOTH[0]), found, BACKUP),
        deploy_switch.rollback(wanted(BOTH[0]), found),
        make_plan(wanted(manifest("c0ffee00-next", "2024-03-01")), SHIPMENT, found),
    ):
        assert titles(actions)[0] == wait
        assert [action.argv[-2:] for action in actions[:1] if isinstance(action, Run)] == [
            ("stop", OLD)
        ]

    assert make_plan(wanted(BOTH[1]), SHIPMENT, found) == [], "that alone is no reason for a deploy"


def test_restore_under_what_serves_needs_no_switch() -> None:
    assert "switch" not in titles(deploy_switch.restore(wanted(BOTH[1]), both_there(), BACKUP))
