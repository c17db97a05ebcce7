"""The timers of a site in the plan of a deploy. Pure. What installs them is site_config.py."""

from understudy.commands import Argv, site
from understudy.commands import app as app_commands
from understudy.deploy.desired import DesiredState
from understudy.host.actions import AFTER_SWITCH, Run
from understudy.host.facts import ObservedState


def hold_off(desired: DesiredState, observed: ObservedState, command: Argv) -> Argv:
    """The command, which may change the database. No timer begins a run meanwhile."""
    if not (desired.config.timers or observed.timers):
        return command
    return app_commands.holding_off_timers(desired.paths, command)


def stop_all(desired: DesiredState, observed: ObservedState, hint: str) -> list[Run]:
    """No run is under way, and none will begin."""
    if not observed.timers:
        return []
    return [Run("stop the timers and their runs", site.timers_stop(desired.app.name), hint=hint)]


def start_all(desired: DesiredState, observed: ObservedState, hint: str) -> list[Run]:
    """After stop_all(). A time that has passed meanwhile is made up for."""
    if not observed.timers:
        return []
    return [Run("start the timers", site.timers_start(desired.app.name), hint=hint)]


def start_stopped(desired: DesiredState, observed: ObservedState) -> list[Run]:
    """Those that someone has stopped, or a restore that did not come to its end."""
    stopped = [timer for timer in observed.timers if not timer.active]
    return start_all(desired, observed, AFTER_SWITCH) if stopped else []
