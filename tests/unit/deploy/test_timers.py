"""Timers in the plans of deploys and restores."""

from dataclasses import replace

from tests.unit.deploy.test_plan import COMMANDS, titles
from tests.unit.fakes import manifest
from tests.unit.plans import NEW, OLD, SHIPMENT, desired_state, live_host
from understudy.deploy import switch
from understudy.deploy.plan import make_plan
from understudy.host.facts import ObservedState
from understudy.host.timers import ObservedTimer

PRUNE = ObservedTimer("prune", active=True)
BACKUP = "20260102T030405Z-0123abcd-4567ef89"
STOP, START = "stop the timers and their runs", "start the timers"


def host(*timers: ObservedTimer) -> ObservedState:
    return live_host(timers=timers)


class TestDeploy:
    def test_starts_a_timer_that_is_stopped(self) -> None:
        """The host is as desired in all else."""
        assert titles(host(PRUNE, replace(PRUNE, name="mail", active=False))) == [START]

    def test_has_nothing_to_do_for_timers_that_wait_for_their_time(self) -> None:
        assert titles(host(PRUNE)) == []

    def test_holds_off_the_timers_that_it_removes(self) -> None:
        old = live_host(manifest(OLD), timers=(PRUNE,))
        [commands] = [
            action
            for action in make_plan(desired_state(), SHIPMENT, old)
            if action.title == COMMANDS
        ]
        assert "/srv/shop/locks/migrating" in str(commands)


class TestRestore:
    def test_has_no_timer_at_work_meanwhile(self) -> None:
        plan = [one.title for one in switch.restore(desired_state(), host(PRUNE), BACKUP)]
        stop, restore, start = map(plan.index, (STOP, f"restore the backup {BACKUP}", START))
        assert stop < restore < plan.index(f"start release {NEW} and check its health") < start

    def test_of_a_site_without_timers_has_no_more_steps(self) -> None:
        plan = [one.title for one in switch.restore(desired_state(), host(), BACKUP)]
        assert not {STOP, START} & set(plan)
