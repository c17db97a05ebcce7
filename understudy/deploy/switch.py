"""How one release takes over from another, and how to go back. Pure, like the plan it is part of."""

from collections.abc import Set

from understudy.commands import Argv, all_of, backups, candidate, files, http, site
from understudy.deploy.desired import DesiredState
from understudy.host.actions import AFTER_SWITCH, BEFORE_SWITCH, Action, Run, Start, Switch
from understudy.host.facts import ObservedState

SITE_IS_DOWN = "The site is stopped. `python deploy.py deploy` or `rollback` starts it again."


def rollback(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    """Lets a release serve again that lies on the host complete, on the data that is there now."""
    if serves(wanted, facts):
        return []
    return [*await_end(wanted, facts.ending), *take_over(wanted, facts), *drain(wanted, facts)]


def restore(
    wanted: DesiredState, facts: ObservedState, backup: str, then: tuple[Run, ...] = ()
) -> list[Action]:
    """Lets a release serve on the data of a backup. Until it does the site is down: only while
    nobody writes can data be put back. then: what the data needs before the release can start.
    """
    app, paths = wanted.app, wanted.paths
    put_back = backups.restore(app.database, app.name, paths.backups, backup)
    return [
        *await_end(wanted, facts.ending),
        *(Run(f"stop {name}", site.stop(app.name, name)) for name in sorted(facts.running)),
        Run(f"put back the data of {backup}", put_back, app.name, hint=SITE_IS_DOWN),
        *then,
        _start(wanted),
        *_switch(wanted, facts),
        *checks(wanted, facts),
    ]


def serves(wanted: DesiredState, facts: ObservedState) -> bool:
    release_id = wanted.release.id
    return facts.current == release_id and release_id in facts.running and facts.nginx_active


def take_over(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    """Start beside what is live, ask it through nginx, switch, ask what is live then."""
    return [_start(wanted), *_try(wanted, facts), *_switch(wanted, facts), *checks(wanted, facts)]


def checks(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    """A look through nginx, as visitors have; what does not answer there does not stay."""
    undo = _switch_back(wanted, facts)
    served = ("touch", str(wanted.paths.served_mark(wanted.release.id)))
    return [
        Run(
            "check its health through nginx, note that it served",
            all_of((visit(wanted), served)),
            hint=_BACK if undo else AFTER_SWITCH,
            undo=undo,
        )
    ]


def visit(wanted: DesiredState) -> Argv:
    return http.get(url(wanted, wanted.app.health_path), address="127.0.0.1")


_BACK = "It was switched back: what served before serves again. Mend the cause and deploy again."


def _switch_back(wanted: DesiredState, facts: ObservedState) -> tuple[Run, ...]:
    release_id, old = wanted.release.id, _fallback(wanted, facts)
    if old is None:
        return ()
    return (
        Run(f"switch back to {old}", files.switch(wanted.paths.root, old), hint=AFTER_SWITCH),
        Run(f"stop {release_id}", site.stop(wanted.app.name, release_id), hint=AFTER_SWITCH),
    )


def _fallback(wanted: DesiredState, facts: ObservedState) -> str | None:
    """What runs beside the wanted release and has served: the one that `current` names, if any."""
    others = (facts.running & facts.served) - {wanted.release.id}
    return facts.current if facts.current in others else next(iter(sorted(others)), None)


def await_end(wanted: DesiredState, names: Set[str], hint: str = BEFORE_SWITCH) -> list[Action]:
    """What was left to end by itself may still write, and read its files."""
    return [
        Run(f"wait for the end of {name}", site.stop(wanted.app.name, name), hint=hint)
        for name in sorted(names)
    ]


def drain(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    """Old releases take no new request, finish those they have, and end. Nobody waits for that:
    visitors have the new one.
    """
    return [
        Run(f"drain {running}", site.drain(wanted.app.name, running), hint=AFTER_SWITCH)
        for running in sorted(facts.running - {wanted.release.id})
    ]


def _start(wanted: DesiredState) -> Start:
    app, release_id = wanted.app, wanted.release.id
    socket = wanted.paths.socket(release_id)
    return Start(
        f"start {release_id} beside what serves, check its health",
        app.name,
        release_id,
        tuple(http.get(url(wanted, path), socket=socket) for path in checked_paths(wanted)),
        app.name,
        app.start_timeout,
    )


def _try(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    """Its own socket answered. nginx may still refuse what it answers, and one visitor is not many."""
    app, release_id = wanted.app, wanted.release.id
    if facts.current == release_id:
        return []
    paths = checked_paths(wanted)
    return [
        Run(
            f"ask {release_id} through nginx, {candidate.VISITORS} visitors at once",
            candidate.ask(app.name, wanted.paths.root, release_id, wanted.target.domain, paths),
            undo=(Run(f"stop {release_id}", site.stop(app.name, release_id)),),
        )
    ]


def _switch(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    release_id = wanted.release.id
    if facts.current == release_id:
        return []
    return [Switch("switch", files.switch(wanted.paths.root, release_id), release_id)]


def checked_paths(wanted: DesiredState) -> tuple[str, ...]:
    """What a healthy release answers with a status below 400."""
    return (wanted.app.health_path, *wanted.app.check_paths)


def url(wanted: DesiredState, path: str) -> str:
    scheme = "https" if wanted.target.certificate else "http"
    return f"{scheme}://{wanted.target.domain}{path}"
