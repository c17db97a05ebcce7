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
    name, kind = (
        desired.app.name,
        "nginx and HAProxy" if _of_proxy(desired) else "nginx and systemd",
    )
    undo = (Run(f"restore the old {kind} files", site.undo(name)),)
    pending = tuple(_staged(desired, file) for file in (*files, _units_list(desired, files)))
    return [
        WriteFiles(f"upload the {kind} files", pending, desired.paths.staged),
        Run(
            f"check and install the {kind} files",
            site.install_files(name, desired.release.id),
            hint_after=snippets.hints(files[0].content, name),
        ),
        *_check_live_release(desired, observed, undo),
        Run(f"confirm the {kind} files{effect}", site.confirm(name), undo=undo),
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
    known = (paths.nginx_file, paths.unit_file, paths.haproxy_file)
    others = [file.path for file in files if file.path not in known]
    return RenderedFile(paths.units_list, "".join(f"{path.name}\n" for path in others))


def _staged(desired: DesiredState, file: RenderedFile) -> RenderedFile:
    """The file at the place from which the host installs it."""
    site, paths = desired.app.name, desired.paths
    names = {paths.nginx_file: f"{site}.nginx", paths.haproxy_file: f"{site}.haproxy"}
    return RenderedFile(paths.staged / names.get(file.path, file.path.name), file.content)


def _of_proxy(desired: DesiredState) -> bool:
    return desired.target.is_proxy


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
    if observed.current not in observed.running and not _of_proxy(desired):
        return []
    through = "proxy" if _of_proxy(desired) else "new nginx file"
    return [
        Run(
            f"check that the live release answers through the {through}",
            http.reach(switch.url_of_nginx(desired, "/"), address="127.0.0.1"),
            undo=undo,
        )
    ]
