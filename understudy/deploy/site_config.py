"""The site's nginx file and systemd units are installed, and maintenance is turned on and off by them. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from understudy.commands import http, site
from understudy.deploy import switch
from understudy.deploy.desired import DesiredState, InMaintenance
from understudy.host.actions import Branching, Run, WriteFiles
from understudy.host.facts import ObservedState
from understudy.release import snippets
from understudy.release.render import RenderedFile


def install(
    desired: DesiredState,
    observed: ObservedState,
    files: Sequence[RenderedFile] = (),
    effect: str = "",
) -> list[Branching]:
    """Nothing if the host has them. files: in place of those of the desired state. effect: for the last title.

    Without `confirm` the host itself restores the old ones: see `understudy-site` in provision/71-site.sh.
    """
    files = files or desired.site_config
    if _are_installed(desired, observed, files):
        return []
    name = desired.app.name
    undo = (Run("restore the old nginx and systemd files", site.undo(name)),)
    pending = tuple(_staged(desired, file) for file in (*files, _units_list(desired, files)))
    return [
        WriteFiles("upload the nginx and systemd files", pending, desired.paths.staged),
        Run(
            "check and install the nginx and systemd files",
            site.install_files(name, desired.release.id),
            hint_after=snippets.hints(files[0].content, name),
        ),
        *_check_live_release(desired, observed, undo),
        Run(f"confirm the nginx and systemd files{effect}", site.confirm(name), undo=undo),
    ]


def _are_installed(
    desired: DesiredState, observed: ObservedState, files: Sequence[RenderedFile]
) -> bool:
    """The host may still list processes of its earlier releases, but no timer that is not desired."""
    listed = observed.files.get(str(desired.paths.units_list), "").split()
    desired_units = _units_list(desired, files).content.split()
    return (
        all(observed.files.get(str(file.path)) == file.content for file in files)
        and set(desired_units) <= set(listed)
        and all(unit.endswith("@.service") for unit in set(listed) - set(desired_units))
    )


def _units_list(desired: DesiredState, files: Sequence[RenderedFile]) -> RenderedFile:
    """The file by which the host knows the units of processes and timers; empty without any."""
    paths = desired.paths
    others = [file.path for file in files if file.path not in (paths.nginx_file, paths.unit_file)]
    return RenderedFile(paths.units_list, "".join(f"{path.name}\n" for path in others))


def _staged(desired: DesiredState, file: RenderedFile) -> RenderedFile:
    """The file at the place from which the host installs it."""
    is_nginx = file.path == desired.paths.nginx_file
    name = f"{file.path.name}.nginx" if is_nginx else file.path.name
    return RenderedFile(desired.paths.staged / name, file.content)


def turn_on(
    desired: DesiredState, observed: ObservedState, maintenance: InMaintenance
) -> list[Branching]:
    """Visitors get the page of maintenance instead of the site."""
    page = maintenance.page
    return [
        WriteFiles("upload the page of maintenance", (page,), page.path.parent),
        # Whatever files the deployer's umask lets others read.
        Run("let nginx read the page of maintenance", ("chmod", "644", str(page.path))),
        *install(desired, observed, maintenance.site_config, ": maintenance is on"),
    ]


def turn_off(
    desired: DesiredState, observed: ObservedState, maintenance: InMaintenance
) -> list[Branching]:
    """What undoes turn_on()."""
    by_then = {str(file.path): file.content for file in maintenance.site_config}
    then = replace(observed, files={**observed.files, **by_then})
    return install(desired, then, effect=": maintenance is off")


def _check_live_release(
    desired: DesiredState, observed: ObservedState, undo: tuple[Run, ...]
) -> list[Branching]:
    """Visitors must still get an answer of the live release through the new files."""
    if observed.current not in observed.running:
        return []
    return [
        Run(
            "check that the live release answers through the new nginx file",
            http.reach(switch.url(desired, "/"), address="127.0.0.1"),
            undo=undo,
        )
    ]
