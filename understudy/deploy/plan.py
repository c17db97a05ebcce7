"""(what is wanted, what is there) -> the actions that make them the same. A converged host: none.

Pure: this module decides everything and touches nothing, so every case of it is a unit test.
"""

import shlex

from understudy.commands import Argv, all_of, alongside, as_user, files, http, limited, python, site
from understudy.commands import app as app_commands
from understudy.deploy import switch
from understudy.deploy.desired import DesiredState, Shipment
from understudy.host.actions import AFTER_SWITCH, Action, Run, Send, Stage
from understudy.host.facts import ObservedState
from understudy.release.layout import to_remove
from understudy.release.render import RenderedFile

_MIGRATION_FAILED = (
    "The release before is still live, on the database as the failed command left it: Django undoes "
    "a migration that fails, but not those that it had ended before. Either fix the cause and "
    "deploy again, or restore the data as it was before: `python deploy.py restore` lists the "
    "backups; the newest was taken just now."
)


def make_plan(wanted: DesiredState, shipment: Shipment, facts: ObservedState) -> list[Action]:
    """What a deploy does."""
    actions = [
        *_ship(wanted, shipment, facts),
        *_environment(wanted, shipment, facts),
        *_build(wanted, shipment, facts),
        *_host_files(wanted, facts),
        *_serve(wanted, facts),
        *switch.drain(wanted, facts),
        *_clean_up(wanted, facts),
    ]
    return [*switch.await_end(wanted, facts.ending), *actions] if actions else []


def needs_environment(wanted: DesiredState, facts: ObservedState) -> bool:
    return wanted.release.lock not in facts.venvs


def _ship(wanted: DesiredState, shipment: Shipment, facts: ObservedState) -> list[Action]:
    release_id, paths = wanted.release.id, wanted.paths
    if facts.release(release_id):
        return []
    release = paths.release(release_id)
    unpack = files.unpack(release)
    if _is_complete_at_once(wanted, shipment):
        unpack = all_of((unpack, _complete(wanted)))
    compile_source = Run("compile the source", python.compile_all(release / "source"))
    return [
        Send("upload the release", shipment.release_tar, unpack),
        *([] if shipment.compiled else [compile_source]),
    ]


def _is_complete_at_once(wanted: DesiredState, shipment: Shipment) -> bool:
    """Whether nothing is left to be made in a release's directory once it's unpacked."""
    return shipment.compiled and not wanted.app.build_commands


def _complete(wanted: DesiredState) -> Argv:
    return files.complete(wanted.paths.release(wanted.release.id) / "manifest.json")


def _environment(wanted: DesiredState, shipment: Shipment, facts: ObservedState) -> list[Action]:
    if not needs_environment(wanted, facts):
        return []
    paths, lock = wanted.paths, wanted.release.lock
    environment = paths.venvs / lock
    packages = [paths.packages / name for name in shipment.packages]
    make = python.make_environment(environment, facts.python, packages, compiled=shipment.compiled)
    return [*_packages(wanted, shipment, facts), Run(f"make environment {lock}", make)]


def _packages(wanted: DesiredState, shipment: Shipment, facts: ObservedState) -> list[Action]:
    missing = set(shipment.packages) - facts.packages
    if not missing:
        return []
    unpack = files.unpack_each(wanted.paths.packages)
    return [Send(f"upload {len(missing)} packages", shipment.packages_tar, unpack)]


def _build(wanted: DesiredState, shipment: Shipment, facts: ObservedState) -> list[Action]:
    if facts.release(wanted.release.id) or _is_complete_at_once(wanted, shipment):
        return []
    release, limit = wanted.paths.release(wanted.release.id), wanted.app.command_timeout
    return [
        *(
            Run(
                " ".join(command),
                limited(limit, (str(release / "run"), *command)),
                seconds=limit + 60,
            )
            for command in wanted.app.build_commands
        ),
        Run("mark the release complete", _complete(wanted)),
    ]


def _host_files(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    """The host undoes them by itself unless it's told soon that visitors still get an answer."""
    if all(facts.files.get(str(file.path)) == file.content for file in wanted.host_files):
        return []
    name = wanted.app.name
    staged_names = {"nginx": f"{name}.nginx", "systemd": f"{name}@.service"}
    staged = tuple(
        RenderedFile(wanted.paths.staged / staged_names[file.path.parts[2]], file.content)
        for file in wanted.host_files
    )
    return [
        Stage("upload the nginx and systemd files", staged, wanted.paths.staged),
        Run("check and install them", site.install_files(name, wanted.release.id)),
        *_look_through_them(wanted, facts),
        Run("keep them", site.confirm(name)),
    ]


def _look_through_them(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    if facts.current not in facts.running:
        return []
    return [
        Run(
            "look at the site through them",
            http.reach(switch.url(wanted, "/"), address="127.0.0.1"),
            undo=(Run("put the old ones back", site.undo(wanted.app.name)),),
        )
    ]


def _serve(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    if not switch.serves(wanted, facts):
        return [
            *_release_commands(wanted, facts),
            *_old_code_on_new_schema(wanted, facts),
            *switch.take_over(wanted, facts),
        ]
    # An old release beside it, or no mark: a deploy ended between switch and drain.
    unfinished = facts.running != {wanted.release.id} or wanted.release.id not in facts.served
    return switch.checks(wanted, facts) if unfinished else []


def _release_commands(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    """Meanwhile the new release starts as far as it can without the app's own code: to load Python
    and the framework takes as long as the commands do.
    """
    app, release_id = wanted.app, wanted.release.id
    commands = [*app.release_commands, *app.migrate_commands]
    if not commands:
        return []
    together = app_commands.release_commands(app, wanted.paths, wanted.release, facts.current)
    argv = as_user(app.name, together)
    stop: tuple[Run, ...] = ()
    if release_id not in facts.running:
        argv = alongside(site.preload(app.name, release_id), argv)
        stop = (Run(f"stop {release_id}", site.stop(app.name, release_id)),)
    title, seconds = ", ".join(map(shlex.join, commands)), app_commands.most_seconds(app) + 60
    after_backup = ((app_commands.BACKED_UP, _MIGRATION_FAILED),)
    return [Run(title, argv, undo=stop, seconds=seconds, hint_after=after_backup)]


def _old_code_on_new_schema(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    """Until the switch, visitors are served by the old code on what the migration made."""
    old = facts.current
    if not wanted.app.migrate_commands or old not in facts.running or old == wanted.release.id:
        return []
    return [
        Run(
            f"{old} still answers {path} after the migration",
            http.reach(switch.url(wanted, path), socket=wanted.paths.socket(old)),
            wanted.app.name,
            warning=f"the migration breaks {path} of {old}, which serves until the switch: until "
            "then visitors see errors there, and a rollback would need the data of before, too",
            only_after=app_commands.MIGRATES,
        )
        for path in switch.checked_paths(wanted)
    ]


def _clean_up(wanted: DesiredState, facts: ObservedState) -> list[Action]:
    release_id, paths, app = wanted.release.id, wanted.paths, wanted.app
    others = [release for release in facts.releases if release.id != release_id]
    # When this is done, it has served.
    served = facts.served | {release_id}
    old = to_remove([*others, wanted.release], release_id, served, app.keep_releases)
    kept = {release.lock for release in others if release not in old} | {wanted.release.lock}
    # What is half-made and wanted is made anew before.
    wanted_paths = {paths.release(release_id), paths.venvs / wanted.release.lock}
    removed = [
        *(paths.release(release.id) for release in old),
        *(paths.venvs / lock for lock in sorted(facts.venvs - kept)),
        *sorted(facts.half_made - wanted_paths),
    ]
    if not removed:
        return []
    draining = facts.running & {release.id for release in old}
    gone = [path.name for path in removed if path.parent == paths.releases]
    static = [str(place(name)) for name in gone for place in (paths.static, paths.static_mark)]
    remove_static = Run(
        "remove their static files", ("rm", "-rf", *static), app.name, hint=AFTER_SWITCH
    )
    return [
        *switch.await_end(wanted, draining, AFTER_SWITCH),
        Run("remove old releases", files.remove(*removed), hint=AFTER_SWITCH),
        *([remove_static] if static else []),
    ]
