"""(what is desired, what was observed on a host) -> the actions that make them the same. Pure.

Nothing is touched here, so every case is a unit test. For a host that is as desired the plan is empty.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from understudy.commands import Argv, all_of, alongside, as_user, files, http, limited, python, site
from understudy.commands import app as app_commands
from understudy.deploy import (
    certificate,
    environment,
    external_database,
    failed_migration,
    old_code,
    processes,
    site_config,
    switch,
    timers,
    together,
)
from understudy.deploy.desired import DesiredState, Shipment
from understudy.host.actions import (
    AFTER_SWITCH,
    BEFORE_SWITCH,
    FIRST_DEPLOY,
    Action,
    Branching,
    Meet,
    Run,
    Send,
    Start,
    in_branch,
)
from understudy.host.facts import ObservedState
from understudy.release import static_files
from understudy.release.layout import Manifest, to_remove

# Longer lines of the terminal and of the report would wrap.
LONGEST_TITLE = 70


def make_plan(desired: DesiredState, shipment: Shipment, observed: ObservedState) -> list[Action]:
    """The actions of a deploy, in their order; none if the host is as desired."""
    actions = [
        *in_branch("release", _ship(desired, shipment, observed)),
        *in_branch("packages", environment.actions(desired, shipment, observed)),
        *_build(desired, shipment, observed),
        *in_branch("release", certificate_first(desired, observed)),
        *in_branch("release", _site_config(desired, observed)),
        *_switch_over(desired, observed),
        *timers.start_stopped(desired, observed),
        *in_branch("drain", switch.drain(desired, observed)),
        *in_branch("clean up", _clean_up(desired, observed)),
    ]
    if not actions:
        return []
    actions = [
        *external_database.reach(desired),
        *switch.await_end(desired, observed.ending),
        *processes.await_end(desired, observed),
        *actions,
    ]
    return actions if observed.current else [_of_the_first_deploy(action) for action in actions]


def _of_the_first_deploy(action: Action) -> Action:
    """Its hint speaks of no live release."""
    if isinstance(action, Run | Start | Meet) and action.hint == BEFORE_SWITCH:
        return replace(action, hint=FIRST_DEPLOY)
    return action


def _ship(desired: DesiredState, shipment: Shipment, observed: ObservedState) -> list[Branching]:
    release_id, paths = desired.release.id, desired.paths
    if observed.release(release_id):
        return []
    release = paths.release(release_id)
    unpack = files.unpack(release)
    if _is_complete_at_once(desired, shipment):
        unpack = all_of((unpack, _complete(desired)))
    compile_source = Run("compile the source", python.compile_all(release / "source"))
    return [
        Send("upload the release", shipment.release, unpack),
        *([] if shipment.compiled else [compile_source]),
    ]


def _is_complete_at_once(desired: DesiredState, shipment: Shipment) -> bool:
    """Whether a release has all its files once it is unpacked."""
    return shipment.compiled and not desired.app.build_commands


def _complete(desired: DesiredState) -> Argv:
    return files.complete(desired.paths.release(desired.release.id) / "manifest.json")


def _build(desired: DesiredState, shipment: Shipment, observed: ObservedState) -> list[Action]:
    if observed.release(desired.release.id) or _is_complete_at_once(desired, shipment):
        return []
    return [
        *(_build_command(desired, command) for command in desired.app.build_commands),
        Run("mark the release complete", _complete(desired)),
    ]


def _build_command(desired: DesiredState, command: Argv) -> Run:
    program, limit = desired.paths.release(desired.release.id) / "run", desired.app.command_timeout
    whole = " ".join(command)
    first, *others = whole.splitlines()
    short = not others and len(first) <= LONGEST_TITLE
    return Run(
        first if short else f"{first[: LONGEST_TITLE - 1]}…",
        limited(limit, (str(program), *command)),
        seconds=limit + 60,
        commands=() if short else (whole,),
    )


def certificate_first(desired: DesiredState, observed: ObservedState) -> list[Branching]:
    """Before the site's files, which name it. A live site is not redirected to HTTPS before it has one."""
    before: list[Branching] = []
    if certificate.must_answer_first(desired, observed):
        target = desired.target.model_copy(update={"https": "off"})
        plain = replace(desired, target=target, site_config=desired.config_before_https)
        before = site_config.install(plain, observed)
    return [*before, *certificate.actions(desired, observed)]


def _site_config(desired: DesiredState, observed: ObservedState) -> list[Branching]:
    return [] if desired.while_migrating else site_config.install(desired, observed)


def _switch_over(desired: DesiredState, observed: ObservedState) -> list[Action]:
    """Migrates and goes live, in maintenance if the app needs it for its migrations."""
    go_live, maintenance = _go_live(desired, observed), desired.while_migrating
    if not maintenance:
        return go_live
    return [
        *site_config.turn_on(desired, observed, maintenance),
        *go_live,
        *site_config.turn_off(desired, observed, maintenance),
    ]


def _go_live(desired: DesiredState, observed: ObservedState) -> list[Action]:
    if not switch.is_live(desired, observed):
        return [
            *together.migrate(desired, _release_commands(desired, observed)),
            *_old_code_on_new_schema(desired, observed),
            *switch.take_over(desired, observed),
        ]
    return [
        *(() if switch.is_finished(desired, observed) else switch.confirm_live(desired, observed)),
        *processes.settle(desired, observed),
    ]


def _release_commands(desired: DesiredState, observed: ObservedState) -> list[Action]:
    """Builds and migrates. Meanwhile the new release loads Python and the framework, which takes as long
    as the commands do, and waits with the app's own code.
    """
    app, release_id = desired.app, desired.release.id
    if desired.migrated_by:
        # A second run would find nothing to do, or do what is not safe to do twice.
        app = app.model_copy(update={"migrate_commands": (), "migrations_pending": None})
    commands = [*app.release_commands, *app.migrate_commands]
    if not commands:
        return []
    together = app_commands.release_commands(
        app,
        desired.paths,
        desired.release,
        observed.current,
        suffixes=static_files.suffixes(desired.config),
        copied=str(desired.paths.current / static_files.PROGRAM) in observed.files,
        compared=old_code.is_compared(desired, observed),
    )
    argv = as_user(app.name, timers.hold_off(desired, observed, together))
    stop: tuple[Run, ...] = ()
    if desired.target.is_web and release_id not in observed.running:
        argv = alongside(site.preload(app.name, release_id), argv)
        stop = (Run(f"stop {release_id}", site.stop(app.name, release_id)),)
    return [
        Run(
            f"run {len(commands)} release command{'s' if len(commands) > 1 else ''}",
            argv,
            undo=stop,
            seconds=app_commands.most_seconds(app) + 60,
            hint_after=failed_migration.hints(app, is_live=bool(observed.current)),
            commands=tuple(map(shlex.join, commands)),
        )
    ]


def _old_code_on_new_schema(desired: DesiredState, observed: ObservedState) -> list[Action]:
    """Until the switch the old code is live on the migrated database. What it cannot do is a warning."""
    old = old_code.answering(desired, observed)
    if not (desired.app.migrate_commands and old):
        return []
    return [
        Run(
            f"check that {old} still answers {path}",
            http.reach(switch.url(desired, path), socket=desired.paths.socket(old)),
            desired.app.name,
            warning=f"the migration breaks {path} of {old}, which is live until the switch: until then "
            "visitors see errors there, and a rollback would need the data from before the migration",
            only_after=app_commands.MIGRATES,
        )
        for path in switch.checked_paths(desired)
    ]


def _clean_up(desired: DesiredState, observed: ObservedState) -> list[Branching]:
    """Removes releases beyond `keep_releases`, environments without a release, and half-made directories."""
    old = _old_releases(desired, observed)
    removed = [
        *(desired.paths.release(release.id) for release in old),
        *_unused_environments(desired, observed, old),
        *_half_made(desired, observed),
    ]
    if not removed:
        return []
    ids = {release.id for release in old}
    return [
        *switch.await_end(desired, observed.running & ids, AFTER_SWITCH),
        *processes.await_removed(desired, observed, ids),
        Run("remove old releases", files.remove(*removed), hint=AFTER_SWITCH),
        *_remove_static(desired, removed),
    ]


def _old_releases(desired: DesiredState, observed: ObservedState) -> Sequence[Manifest]:
    release_id = desired.release.id
    others = [release for release in observed.releases if release.id != release_id]
    # By then the desired release has been live.
    served = observed.served | {release_id}
    return to_remove([*others, desired.release], release_id, served, desired.app.keep_releases)


def _unused_environments(
    desired: DesiredState, observed: ObservedState, old: Sequence[Manifest]
) -> list[PurePosixPath]:
    kept = {release.lock for release in observed.releases if release not in old}
    unused = observed.venvs - kept - {desired.release.lock}
    return [desired.paths.venvs / lock for lock in sorted(unused)]


def _half_made(desired: DesiredState, observed: ObservedState) -> list[PurePosixPath]:
    """What a killed deploy left, but for what this deploy has made again under the same name."""
    paths, release = desired.paths, desired.release
    return sorted(observed.half_made - {paths.release(release.id), paths.venvs / release.lock})


def _remove_static(desired: DesiredState, removed: Sequence[PurePosixPath]) -> list[Branching]:
    """As the app's user, who owns the static files of its releases."""
    paths = desired.paths
    names = [path.name for path in removed if path.parent == paths.releases]
    static = [str(place(name)) for name in names for place in (paths.static, paths.static_mark)]
    if not static:
        return []
    return [
        Run(
            "remove the static files of old releases",
            ("rm", "-rf", *static),
            desired.app.name,
            hint=AFTER_SWITCH,
        )
    ]
