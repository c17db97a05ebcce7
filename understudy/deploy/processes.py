"""The processes of releases besides the web process, in the plan of a deploy. Pure: see switch.py."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from understudy.commands import Argv
from understudy.commands import site_processes as commands
from understudy.deploy.desired import DesiredState
from understudy.host.actions import AFTER_SWITCH, BEFORE_SWITCH, SECONDS_FOR_A_STEP, Run
from understudy.host.facts import ObservedState
from understudy.release import processes
from understudy.release.processes import ReleaseProcess


def of_release(desired: DesiredState, observed: ObservedState) -> tuple[ReleaseProcess, ...]:
    """What the desired release is to run: by its own file, since deploy.yml may be ahead of it."""
    if observed.release(desired.release.id):
        return observed.release_processes.get(desired.release.id, ())
    texts = (file.content for file in desired.release_files if file.path.name == processes.FILE)
    return processes.parse("".join(texts))


def start(
    desired: DesiredState,
    observed: ObservedState,
    undo: tuple[Run, ...] = (),
    hint: str = BEFORE_SWITCH,
) -> list[Run]:
    """Those that may run twice start beside the old ones. The host ends them again if one is not ready."""
    title = "start the processes of {} and wait until they are ready"
    missing = [one for one in _wrong(desired, observed) if not one.single]
    return _begin(desired, missing, title, commands.start, undo, hint)


def hand_over(
    desired: DesiredState,
    observed: ObservedState,
    undo: tuple[Run, ...] = (),
    hint: str = BEFORE_SWITCH,
) -> list[Run]:
    """Those that are never two: each old one ends, then its successor starts."""
    missing = [one for one in _wrong(desired, observed) if one.single]
    found = _begin(desired, missing, "hand over to {}", commands.hand_over, undo, hint)
    # The old ones end in it, which may take long, or not be by themselves.
    return [replace(step, seconds=_seconds(desired), warns_by=commands.KILLED) for step in found]


def check(
    desired: DesiredState, observed: ObservedState, undo: tuple[Run, ...], hint: str
) -> list[Run]:
    """What start() has found ready may have ended since: on a slow host an import takes longer than `ready`."""
    if not _wrong(desired, observed):
        return []
    name, release_id = desired.app.name, desired.release.id
    title = f"check that the processes of {release_id} still run"
    return [Run(title, commands.check(name, release_id), undo=undo, hint=hint)]


def settle(desired: DesiredState, observed: ObservedState) -> list[Run]:
    """Those of a release that is live already run as often as it says."""
    return [*_rescale(desired, observed), *hand_over(desired, observed, hint=AFTER_SWITCH)]


def end_others(
    desired: DesiredState,
    observed: ObservedState,
    undo: tuple[Run, ...] = (),
    hint: str = AFTER_SWITCH,
) -> list[Run]:
    """Those of all other releases get their signal. The deploy does not wait for their end."""
    return [
        Run(
            f"end the processes of {old}", commands.end(desired.app.name, old), undo=undo, hint=hint
        )
        for old in _alive_of_others(desired, observed)
    ]


def stop_all(desired: DesiredState, observed: ObservedState) -> list[Run]:
    """No process of any release is left."""
    found = {process.release for process in observed.processes if process.state != "failed"}
    return _stop(desired, found, "stop the processes of {}")


def start_all(desired: DesiredState, observed: ObservedState, hint: str) -> list[Run]:
    """All of the release, after stop_all()."""
    stopped = replace(observed, processes=())
    return [*start(desired, stopped, hint=hint), *hand_over(desired, stopped, hint=hint)]


def start_again(desired: DesiredState, observed: ObservedState, hint: str) -> tuple[Run, ...]:
    """All of the live release, after stop_all()."""
    name, live = desired.app.name, observed.current
    if not (live and observed.release_processes.get(live)):
        return ()
    title = f"start the processes of {live} again"
    return (
        Run(title, commands.start(name, live), hint=hint),
        Run(f"hand back to {live}", commands.hand_over(name, live), hint=hint),
    )


def await_end(
    desired: DesiredState, observed: ObservedState, hint: str = BEFORE_SWITCH
) -> list[Run]:
    """What has got its signal may still write to the database and read its own files. Those of the live
    release end because there are fewer of them now.
    """
    ending = {process.release for process in observed.processes if process.state == "ending"}
    return _stop(
        desired, ending - {observed.current}, "wait until the processes of {} have ended", hint
    )


def await_removed(
    desired: DesiredState, observed: ObservedState, removed: Iterable[str]
) -> list[Run]:
    """Nothing runs of these releases, which are about to be removed."""
    found = {process.release for process in observed.processes} & set(removed)
    title = "wait until the processes of {} have ended"
    return _stop(desired, found, title, AFTER_SWITCH)


def take_back(
    desired: DesiredState, observed: ObservedState, live: str | None, hint: str = BEFORE_SWITCH
) -> tuple[Run, ...]:
    """What undoes start(), end_others() and hand_over(): those of the release `live` run again, and none of the
    desired one's.
    """
    name = desired.app.name
    of_live = observed.release_processes.get(live, ()) if live else ()
    ended = [one for one in of_live if not one.single and desired.app.workers_first]
    handed = [one for one in (*of_release(desired, observed), *of_live) if one.single]
    steps: list[Run] = []
    if live and ended:
        steps.append(Run(f"start the processes of {live} again", commands.start(name, live)))
    if live and handed:
        steps.append(Run(f"hand back to {live}", commands.hand_over(name, live)))
    again = (replace(step, hint=hint, seconds=_seconds(desired)) for step in steps)
    return (*again, *stop_own(desired, observed, hint))


def stop_own(
    desired: DesiredState, observed: ObservedState, hint: str = BEFORE_SWITCH
) -> tuple[Run, ...]:
    """What undoes start() alone."""
    if not of_release(desired, observed):
        return ()
    return tuple(_stop(desired, [desired.release.id], "stop the processes of {}", hint))


def stop_left(desired: DesiredState, observed: ObservedState) -> tuple[Run, ...]:
    """Those that a killed deploy left of a release that has not gone live: nothing of it is to run."""
    left = {process.release for process in observed.processes} & {desired.release.id}
    if not left or observed.current == desired.release.id:
        return ()
    return take_back(desired, observed, observed.current)


def _begin(
    desired: DesiredState,
    missing: Sequence[ReleaseProcess],
    title: str,
    command: Callable[[str, str], Argv],
    undo: tuple[Run, ...],
    hint: str,
) -> list[Run]:
    """One step for all that are missing; none without any."""
    if not missing:
        return []
    release_id = desired.release.id
    names = ", ".join(map(str, missing))
    argv = command(desired.app.name, release_id)
    return [Run(f"{title.format(release_id)}: {names}", argv, undo=undo, hint=hint)]


def _stop(
    desired: DesiredState, releases: Iterable[str], title: str, hint: str = BEFORE_SWITCH
) -> list[Run]:
    return [
        Run(
            title.format(one),
            commands.stop(desired.app.name, one),
            hint=hint,
            seconds=_seconds(desired),
            warns_by=commands.KILLED,
        )
        for one in sorted(releases)
    ]


def _seconds(desired: DesiredState) -> int:
    """Enough for the slowest of them to end."""
    slowest = max((one.stop_timeout for one in desired.config.processes.values()), default=0)
    return max(SECONDS_FOR_A_STEP, 2 * slowest)


def _rescale(desired: DesiredState, observed: ObservedState) -> list[Run]:
    """`scale` holds until the next deploy, and what was stopped by hand is missing."""
    name, release_id = desired.app.name, desired.release.id
    return [
        Run(
            f"run {one} of {release_id}",
            commands.scale(name, release_id, one.name, one.count),
            hint=AFTER_SWITCH,
            seconds=_seconds(desired),
        )
        for one in _wrong(desired, observed)
        if not one.single
    ]


def _wrong(desired: DesiredState, observed: ObservedState) -> list[ReleaseProcess]:
    """Those of the desired release that run fewer or more times than it says."""
    running = Counter(
        process.name
        for process in observed.processes
        if process.release == desired.release.id and process.state == "running"
    )
    return [one for one in of_release(desired, observed) if running[one.name] != one.count]


def _alive_of_others(desired: DesiredState, observed: ObservedState) -> list[str]:
    alive = {process.release for process in observed.processes if process.is_alive}
    return sorted(alive - {desired.release.id})
