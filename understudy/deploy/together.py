"""Where a host of several that share their data waits for the others, in the plan of a deploy. Pure.

None goes live before all are ready. host/gates.py has how they wait.
"""

from collections.abc import Collection, Sequence

from understudy.commands import app as app_commands
from understudy.config import topology
from understudy.config.topology import TargetHost
from understudy.deploy.desired import DesiredState
from understudy.host.actions import AFTER_SWITCH, Action, Meet, Point, Run

_NOT_SWITCHED = "not switched"
# The title of the last step before the switch.
BEFORE_SWITCH = "wait to switch together with all hosts"


def migrating(hosts: Sequence[TargetHost], taking_part: Collection[str]) -> str:
    """The address of the host that migrates for all, of hosts that are changed together; "" if each does so."""
    first = topology.sites(hosts)[0].address if topology.has_several_sites(hosts) else ""
    return first if first in taking_part and len(taking_part) > 1 else ""


def migrate(desired: DesiredState, commands: Sequence[Action]) -> list[Action]:
    """The release commands. The first host migrates for all: when all have the release, and before theirs."""
    if not desired.has_company:
        return list(commands)
    if topology.migrates(desired.target.host_list, desired.target.address):
        uploaded = Meet("wait until all hosts have the release", Point.UPLOADED, _NOT_SWITCHED)
        return [uploaded, *commands, _migrated(tuple(_undo(commands)))]
    return [_migrated(), *commands]


def ready(desired: DesiredState, undo: tuple[Run, ...]) -> list[Meet]:
    """Before the first step that changes what is live."""
    title = "wait until all hosts are ready"
    return _meet(desired, Meet(title, Point.READY, _NOT_SWITCHED, undo))


def handed_over(desired: DesiredState, undo: tuple[Run, ...]) -> list[Meet]:
    """The worker's host has more to do before its switch: processes are handed over."""
    return _meet(desired, Meet(BEFORE_SWITCH, Point.HANDED_OVER, _NOT_SWITCHED, undo))


def confirmed(desired: DesiredState, undo: tuple[Run, ...], old: str | None) -> list[Meet]:
    """undo: switches back to `old`."""
    stopped = f"switched back to {old}" if undo else f"{desired.release.id} stays live"
    title = "wait until it answers on all hosts"
    return _meet(desired, Meet(title, Point.CONFIRMED, stopped, undo, hint=AFTER_SWITCH))


def stopped(desired: DesiredState, undo: tuple[Run, ...]) -> list[Meet]:
    """Before data is restored, which no host may use meanwhile. undo: starts what was stopped."""
    title = "wait until the site is stopped on all hosts"
    return _meet(desired, Meet(title, Point.STOPPED, "started again", undo))


def restored(desired: DesiredState, hint: str) -> list[Meet]:
    """On the host that has the backup."""
    title = "wait until the data is restored"
    return _meet(desired, Meet(title, Point.RESTORED, "stopped", hint=hint))


def _migrated(undo: tuple[Run, ...] = ()) -> Meet:
    """On each the old code is checked afterwards, if there were migrations."""
    title = "wait for the migrations on the first host"
    return Meet(title, Point.MIGRATED, _NOT_SWITCHED, undo, app_commands.MIGRATES)


def _undo(commands: Sequence[Action]) -> Sequence[Run]:
    """The release starts while they run, and is not to be left."""
    return [step for one in commands if isinstance(one, Run) for step in one.undo]


def _meet(desired: DesiredState, meet: Meet) -> list[Meet]:
    return [meet] if desired.has_company else []
