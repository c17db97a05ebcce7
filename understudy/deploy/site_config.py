"""The site's nginx file and systemd unit are installed, and maintenance is turned on and off by them. Pure."""

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
    if all(observed.files.get(str(file.path)) == file.content for file in files):
        return []
    name = desired.app.name
    names = {"nginx": f"{name}.nginx", "systemd": f"{name}@.service"}
    undo = (Run("restore the old nginx and systemd files", site.undo(name)),)
    pending = tuple(
        RenderedFile(desired.paths.staged / names[file.path.parts[2]], file.content)
        for file in files
    )
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
