"""How one release goes live in place of another, and back. Pure: parts of a plan, see plan.py."""

from collections.abc import Set
from dataclasses import replace

from understudy.commands import all_of, backups, candidate, files, http, site
from understudy.deploy import processes, timers, together
from understudy.deploy.desired import DesiredState
from understudy.host.actions import AFTER_SWITCH, BEFORE_SWITCH, Action, Run, Start, Switch
from understudy.host.facts import ObservedState

SITE_IS_DOWN = "The site is stopped. `python deploy.py deploy` or `rollback` starts it again."
_SWITCHED_BACK = (
    "It was switched back: the release that was live before is live again. Fix the cause and deploy "
    "again."
)
_PROCESSES_ARE_DOWN = (
    "The site answers, and its processes do not all run. Fix the cause and deploy again."
)


def rollback(desired: DesiredState, observed: ObservedState) -> list[Action]:
    """Makes a release live that is complete on the host already, on the data as it is now."""
    if is_live(desired, observed):
        return [*processes.settle(desired, observed), *processes.end_others(desired, observed)]
    return [
        *await_end(desired, observed.ending),
        *processes.await_end(desired, observed),
        *take_over(desired, observed),
        *drain(desired, observed),
    ]


def restore(
    desired: DesiredState, observed: ObservedState, backup: str, then: tuple[Run, ...] = ()
) -> list[Action]:
    """Makes a release live on the data of a backup. The site is down until it is: a backup can be
    restored only while no one writes. backup: "" if another host restores it. then: what the data needs
    before the release starts.
    """
    app, stopped = desired.app, replace(observed, running=frozenset())
    return [
        *await_end(desired, observed.ending),
        *(Run(f"stop {name}", site.stop(app.name, name)) for name in sorted(observed.running)),
        *processes.stop_all(desired, observed),
        *timers.stop_all(desired, observed, SITE_IS_DOWN),
        *together.stopped(desired, _start_again(desired, observed)),
        *_restore_backup(desired, backup),
        *then,
        *together.restored(desired, SITE_IS_DOWN),
        *([_start(desired, stopped, hint=SITE_IS_DOWN)] if desired.target.is_web else ()),
        *together.handed_over(desired, ()),
        *_switch(desired, stopped),
        *confirm_live(desired, stopped),
        *processes.start_all(desired, observed, _PROCESSES_ARE_DOWN),
        *timers.start_all(desired, observed, AFTER_SWITCH),
    ]


def _restore_backup(desired: DesiredState, backup: str) -> list[Run]:
    if not backup:
        return []
    app = desired.app
    command = backups.restore(app.database, app.name, desired.paths.backups, backup)
    return [Run(f"restore the backup {backup}", command, app.name, hint=SITE_IS_DOWN)]


def _start_again(desired: DesiredState, observed: ObservedState) -> tuple[Run, ...]:
    """What restore() has stopped, if the data is as it was."""
    name, live = desired.app.name, observed.current
    web = [live] if live in observed.running else []
    return (
        *(Run(f"start {one} again", site.start(name, one), hint=SITE_IS_DOWN) for one in web),
        *processes.start_again(desired, observed, SITE_IS_DOWN),
        *timers.start_all(desired, observed, SITE_IS_DOWN),
    )


def is_live(desired: DesiredState, observed: ObservedState) -> bool:
    release_id = desired.release.id
    if not desired.target.is_web:
        return observed.current == release_id
    return (
        observed.current == release_id and release_id in observed.running and observed.nginx_active
    )


def is_finished(desired: DesiredState, observed: ObservedState) -> bool:
    """Of a release that is live. An old one that still runs, or no record of this one, is of a deploy that
    ended right after its switch.
    """
    running = {desired.release.id} if desired.target.is_web else set()
    return observed.running == running and desired.release.id in observed.served


def take_over(desired: DesiredState, observed: ObservedState) -> list[Action]:
    """Starts the release beside the live one, checks it on its own socket and through nginx, makes it
    live, and checks it as visitors see it. Where there are no visitors, its processes are all there is.
    """
    is_down = observed.current == desired.release.id
    back = () if is_down else processes.take_back(desired, observed, observed.current)
    web = () if is_down or not desired.target.is_web else (_stop(desired),)
    first = desired.app.workers_first
    return [
        *([_start(desired, observed)] if desired.target.is_web else ()),
        *processes.start(desired, observed, web or processes.stop_left(desired, observed)),
        *(_check_through_nginx(desired, observed) if desired.target.is_web else ()),
        *together.ready(desired, (*processes.stop_own(desired, observed), *web)),
        *(processes.end_others(desired, observed, (*back, *web), BEFORE_SWITCH) if first else ()),
        *processes.hand_over(desired, observed, (*back, *web)),
        *together.handed_over(desired, (*back, *web)),
        *_switch(desired, observed, back),
        *_check_processes(desired, observed),
        *confirm_live(desired, observed),
    ]


def _check_processes(desired: DesiredState, observed: ObservedState) -> list[Run]:
    undo = _switch_back(desired, observed)
    return processes.check(desired, observed, undo, _SWITCHED_BACK if undo else AFTER_SWITCH)


def confirm_live(desired: DesiredState, observed: ObservedState) -> list[Action]:
    """Checks the live release through nginx, as visitors reach it; switches back if it does not answer here, or
    on another host that is changed together with this one.
    """
    release_id = desired.release.id
    undo = _switch_back(desired, observed)
    if not desired.target.is_web:
        return _record(desired, undo, observed)
    check = http.get(url_of_nginx(desired, desired.app.health_path), address="127.0.0.1")
    record = ("touch", str(desired.paths.served_mark(release_id)))
    hint = _SWITCHED_BACK if undo else AFTER_SWITCH
    if not desired.has_company:
        both = all_of((check, record))
        title = f"check health through nginx, record {release_id} as live"
        return [Run(title, both, hint=hint, undo=undo)]
    return [
        Run("check health through nginx", check, hint=hint, undo=undo),
        *_record(desired, undo, observed),
    ]


def _record(desired: DesiredState, undo: tuple[Run, ...], observed: ObservedState) -> list[Action]:
    """Once it answers on all hosts."""
    release_id = desired.release.id
    record = ("touch", str(desired.paths.served_mark(release_id)))
    return [
        *together.confirmed(desired, undo, _fallback(desired, observed)),
        Run(f"record {release_id} as live", record, hint=AFTER_SWITCH),
    ]


def drain(desired: DesiredState, observed: ObservedState) -> list[Run]:
    """The old releases get no new requests, finish those they have, and end, and so do their processes. The
    deploy does not wait for that, since visitors have the new release.
    """
    ended_before = desired.app.workers_first and not is_live(desired, observed)
    return [
        *(
            Run(f"drain {old}", site.drain(desired.app.name, old), hint=AFTER_SWITCH)
            for old in sorted(observed.running - {desired.release.id})
        ),
        *(() if ended_before else processes.end_others(desired, observed)),
    ]


def await_end(desired: DesiredState, draining: Set[str], hint: str = BEFORE_SWITCH) -> list[Run]:
    """A release that is drained may still write to the database and read its own files."""
    return [
        Run(f"wait until {name} has ended", site.stop(desired.app.name, name), hint=hint)
        for name in sorted(draining)
    ]


def checked_paths(desired: DesiredState) -> tuple[str, ...]:
    """The pages that a healthy release answers with a status below 400."""
    return (desired.app.health_path, *desired.app.check_paths)


def url(desired: DesiredState, path: str) -> str:
    return f"{desired.target.origin}{path}"


def url_of_nginx(desired: DesiredState, path: str) -> str:
    return f"{desired.target.own_origin}{path}"


def _start(desired: DesiredState, observed: ObservedState, hint: str = BEFORE_SWITCH) -> Start:
    app, release_id = desired.app, desired.release.id
    beside = " beside the live one" if observed.running - {release_id} else ""
    socket = desired.paths.socket(release_id)
    return Start(
        f"start release {release_id}{beside} and check its health",
        app.name,
        release_id,
        tuple(http.get(address, socket=socket) for address in _checked_urls(desired)),
        app.name,
        app.start_timeout,
        hint,
        processes.stop_left(desired, observed),
    )


def _checked_urls(desired: DesiredState) -> list[str]:
    """The pages at the first name; at the others the health page, by which an app shows that it knows them."""
    others = [origin for origin in desired.target.origins[1:] if "*" not in origin]
    return [
        *(url(desired, path) for path in checked_paths(desired)),
        *(f"{origin}{desired.app.health_path}" for origin in others),
    ]


def _check_through_nginx(desired: DesiredState, observed: ObservedState) -> list[Action]:
    """nginx may refuse what the release's own socket answers, and one request shows no lock."""
    app, release_id = desired.app, desired.release.id
    if observed.current == release_id:
        return []
    paths = checked_paths(desired)
    return [
        Run(
            f"check {release_id} through nginx as {candidate.VISITORS} visitors at once",
            candidate.ask(app.name, desired.paths.root, release_id, desired.target.domain, paths),
            undo=(*processes.stop_own(desired, observed), _stop(desired)),
        )
    ]


def _switch(
    desired: DesiredState, observed: ObservedState, undo: tuple[Run, ...] = ()
) -> list[Action]:
    """undo: never the end of the web process, since visitors may have it already when the step fails."""
    release_id = desired.release.id
    if observed.current == release_id:
        return []
    rename = files.switch(desired.paths.root, release_id)
    return [Switch(f"switch to {release_id}", rename, release_id, undo)]


def _stop(desired: DesiredState, hint: str = BEFORE_SWITCH) -> Run:
    release_id = desired.release.id
    return Run(f"stop {release_id}", site.stop(desired.app.name, release_id), hint=hint)


def _switch_back(desired: DesiredState, observed: ObservedState) -> tuple[Run, ...]:
    old = _fallback(desired, observed)
    if old is None:
        return ()
    return (
        Run(f"switch back to {old}", files.switch(desired.paths.root, old), hint=AFTER_SWITCH),
        *processes.take_back(desired, observed, old, AFTER_SWITCH),
        *([_stop(desired, AFTER_SWITCH)] if desired.target.is_web else ()),
    )


def _fallback(desired: DesiredState, observed: ObservedState) -> str | None:
    """A running release that was live before: the one that `current` names, if it is among them."""
    others = (_usable(desired, observed) & observed.served) - {desired.release.id}
    return observed.current if observed.current in others else next(iter(sorted(others)), None)


def _usable(desired: DesiredState, observed: ObservedState) -> Set[str]:
    """Where no visitor comes, a release may have no process at all."""
    if desired.target.is_web:
        return observed.running
    alive = {one.release for one in observed.processes if one.is_alive}
    return alive | ({observed.current} if observed.current else set())
