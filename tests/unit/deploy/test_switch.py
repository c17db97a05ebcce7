"""How one release goes live in place of another, and the ways back."""

from typing import Any

import pytest

from tests.unit.fakes import manifest
from tests.unit.model_host import ModelHost
from tests.unit.plans import NEW, OLD, SHIPMENT, desired_state, live_host
from understudy.deploy import switch as deploy_switch
from understudy.deploy.plan import make_plan
from understudy.host.actions import Action, Run, Start, Switch
from understudy.host.facts import ObservedState

BACKUP = "20240301T000000Z-c0ffee00-new"
BOTH = (manifest(OLD), manifest(NEW, "2024-02-01"))


def both_there(**changes: Any) -> ObservedState:
    """NEW is live, and OLD was."""
    return live_host(releases=BOTH, served=frozenset({OLD, NEW}), **changes)


def titles(actions: list[Action]) -> list[str]:
    return [action.title for action in actions]


def test_rollback_starts_the_old_release_and_renames_one_link() -> None:
    desired = desired_state(BOTH[0])

    actions = deploy_switch.rollback(desired, both_there())

    assert [type(action) for action in actions] == [Start, Run, Switch, Run, Run]
    assert titles(actions)[-1] == f"drain {NEW}"
    assert not [title for title in titles(actions) if "migrate" in title]


def test_rollback_to_the_live_release_does_nothing() -> None:
    assert deploy_switch.rollback(desired_state(BOTH[1]), both_there()) == []


def test_rollback_is_as_safe_as_a_deploy() -> None:
    desired = desired_state(BOTH[0])
    host = ModelHost(desired, both_there())

    for action in deploy_switch.rollback(desired, host.state):
        host.apply(action)

    assert (host.state.current, list(host.state.running)) == (OLD, [OLD])


def test_release_that_does_not_answer_through_nginx_is_switched_back() -> None:
    [check] = [
        action
        for action in make_plan(desired_state(), SHIPMENT, live_host(manifest(OLD)))
        if isinstance(action, Run) and action.title.startswith("check health")
    ]

    assert titles(list(check.undo)) == [f"switch back to {OLD}", f"stop {NEW}"]
    assert check.undo[0].argv[-2:] == ("/srv/shop", OLD)
    assert check.undo[1].argv[-3:] == ("shop", "stop", NEW)
    assert "switched back" in check.hint
    for undo in check.undo:
        assert "live already" in undo.hint, "until it is undone"


def test_release_that_answers_through_nginx_is_recorded_as_live() -> None:
    desired = desired_state(app={"health_path": "/health/"})
    [check] = deploy_switch.confirm_live(desired, live_host())

    assert isinstance(check, Run)
    words = " ".join(check.argv)
    assert "shop.test:80:127.0.0.1 http://shop.test/health/" in words
    assert words.index("/health/") < words.index(f"touch /srv/shop/releases/{NEW}/served")
    assert "live already" in check.hint, "there is none to switch back to"


def test_release_is_checked_through_nginx_before_it_goes_live() -> None:
    """nginx may refuse what the socket answers, such as large headers."""
    desired = desired_state(app={"check_paths": ["/shop/"]})

    planned = make_plan(desired, SHIPMENT, live_host(manifest(OLD)))

    [start] = [place for place, action in enumerate(planned) if isinstance(action, Start)]
    check, switch = planned[start + 1 : start + 3]
    assert isinstance(check, Run)
    assert isinstance(switch, Switch)
    assert check.argv[-2:] == ("/", "/shop/")
    assert NEW in check.argv
    assert titles(list(check.undo)) == [f"stop {NEW}"]


def test_check_after_a_killed_deploy_can_still_switch_back() -> None:
    """Killed between switch and check: the old one still runs beside the new."""
    observed = both_there(running=frozenset({OLD, NEW}))

    check = make_plan(desired_state(), SHIPMENT, observed)[0]

    assert isinstance(check, Run)
    assert titles(list(check.undo)) == [f"switch back to {OLD}", f"stop {NEW}"]


@pytest.mark.parametrize("served", [frozenset[str](), frozenset({NEW})])
def test_release_that_was_never_live_is_not_switched_back_to(served: frozenset[str]) -> None:
    observed = live_host(releases=BOTH, current=OLD, running=frozenset({OLD}), served=served)

    undone = [a.undo for a in make_plan(desired_state(), SHIPMENT, observed) if isinstance(a, Run)]

    assert not any("switch back" in title for undo in undone for title in titles(list(undo)))


def test_preloaded_release_is_stopped_if_the_commands_fail() -> None:
    planned = make_plan(desired_state(), SHIPMENT, live_host(manifest(OLD)))

    [commands] = [a for a in planned if isinstance(a, Run) and f"warm {NEW}" in " ".join(a.argv)]

    assert titles(list(commands.undo)) == [f"stop {NEW}"]
    assert commands.undo[0].argv[-2:] == ("stop", NEW)


def test_running_release_is_neither_preloaded_nor_stopped() -> None:
    """A deploy that was killed before its switch left it; or it is live, and nginx is stopped."""
    observed = live_host(nginx_active=False)

    planned = make_plan(desired_state(), SHIPMENT, observed)

    assert not [a for a in planned if isinstance(a, Run) and f"warm {NEW}" in " ".join(a.argv)]
    [commands] = [a for a in planned if isinstance(a, Run) and a.commands]
    assert commands.undo == ()


def test_backup_is_restored_only_while_no_release_runs() -> None:
    observed = both_there(running=frozenset({OLD, NEW}))

    planned = titles(deploy_switch.restore(desired_state(BOTH[0]), observed, BACKUP))

    assert planned[:4] == [
        f"stop {NEW}",
        f"stop {OLD}",
        f"restore the backup {BACKUP}",
        f"start release {OLD} and check its health",
    ]
    assert planned[4] == f"switch to {OLD}"


def test_failed_restore_says_that_the_site_is_down_and_switches_to_no_stopped_release() -> None:
    actions = deploy_switch.restore(desired_state(BOTH[0]), both_there(), BACKUP)

    [start] = [action for action in actions if isinstance(action, Start)]
    confirm = actions[-1]
    assert "The site is stopped" in start.hint
    assert isinstance(confirm, Run)
    assert confirm.undo == ()
    assert "switched back" not in confirm.hint


def test_draining_release_has_ended_before_anything_is_changed() -> None:
    observed = both_there(ending=frozenset({OLD}))
    wait = f"wait until {OLD} has ended"

    for actions in (
        deploy_switch.restore(desired_state(BOTH[0]), observed, BACKUP),
        deploy_switch.rollback(desired_state(BOTH[0]), observed),
        make_plan(desired_state(manifest("c0ffee00-next", "2024-03-01")), SHIPMENT, observed),
    ):
        assert titles(actions)[0] == wait
        assert [action.argv[-2:] for action in actions[:1] if isinstance(action, Run)] == [
            ("stop", OLD)
        ]

    assert make_plan(desired_state(BOTH[1]), SHIPMENT, observed) == [], (
        "a draining release alone is no reason for a deploy"
    )


def test_restore_under_the_live_release_needs_no_switch() -> None:
    actions = deploy_switch.restore(desired_state(BOTH[1]), both_there(), BACKUP)

    assert not [action for action in actions if isinstance(action, Switch)]
