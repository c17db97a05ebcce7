"""(what is wanted, what is there) -> the actions that make them the same. A converged host: none.

Pure: this module decides everything and touches nothing, so every case of it is a unit test.
"""

import difflib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from understudy.commands import Argv, files, http, python, site
from understudy.config import App, Config, TargetConfig
from understudy.facts import Facts
from understudy.release import Manifest, Paths, to_remove
from understudy.render import RenderedFile

KEPT_RELEASES = 5
BEFORE_SWITCH = "What served before still serves. Mend the cause and deploy again."
AFTER_SWITCH = "The new release is switched to already. Mend the cause and deploy again."


@dataclass(frozen=True)
class Wanted:
    """What a host shall look like: one release serving, and the files around it."""

    config: Config
    target: TargetConfig
    release: Manifest
    release_files: tuple[RenderedFile, ...]
    host_files: tuple[RenderedFile, ...]

    @property
    def paths(self) -> Paths:
        return Paths(self.config.root)

    @property
    def app(self) -> App:
        return self.config.app


@dataclass(frozen=True)
class Shipment:
    """Files on this machine that may have to travel.

    packages: names of all that the environment needs, if the host hasn't got it. packages_tar: those
    that the host lacks. compiled: whether bytecode travels too.
    """

    release_tar: Path
    packages_tar: Path
    packages: tuple[str, ...]
    compiled: bool


# Enough to tell whether there is anything to do at all.
NO_SHIPMENT = Shipment(Path(), Path(), (), compiled=True)


@dataclass(frozen=True)
class Run:
    """Run a command on the host: as the deployer, or as another user. hint: for when it fails."""

    title: str
    argv: Argv
    user: str | None = None
    hint: str = BEFORE_SWITCH


@dataclass(frozen=True)
class Upload:
    """Copy a file from here to the host."""

    title: str
    local: Path
    remote: PurePosixPath


@dataclass(frozen=True)
class Stage:
    """Write files for understudy-site to check and install."""

    title: str
    files: tuple[RenderedFile, ...]
    directory: PurePosixPath


@dataclass(frozen=True)
class Start:
    """Start a release beside the one that serves, and wait until it is healthy. seconds: deadline."""

    title: str
    site: str
    release_id: str
    check: Argv
    user: str
    seconds: int


Action = Run | Upload | Stage | Start


def make_plan(wanted: Wanted, shipment: Shipment, facts: Facts) -> list[Action]:
    return [
        *_ship(wanted, shipment, facts),
        *_environment(wanted, shipment, facts),
        *_build(wanted, facts),
        *_host_files(wanted, facts),
        *_serve(wanted, facts),
        *_clean_up(wanted, facts),
    ]


def needs_environment(wanted: Wanted, facts: Facts) -> bool:
    return wanted.release.lock not in facts.venvs


def _ship(wanted: Wanted, shipment: Shipment, facts: Facts) -> list[Action]:
    release_id, paths = wanted.release.id, wanted.paths
    if facts.release(release_id):
        return []
    uploaded = paths.cache / f"{release_id}.tar.gz"
    unpack = Run(f"unpack {release_id}", files.unpack(uploaded, paths.release(release_id)))
    source = paths.release(release_id) / "source"
    return [
        Upload("upload the release", shipment.release_tar, uploaded),
        unpack,
        *([] if shipment.compiled else [Run("compile the source", python.compile_all(source))]),
    ]


def _environment(wanted: Wanted, shipment: Shipment, facts: Facts) -> list[Action]:
    if not needs_environment(wanted, facts):
        return []
    paths, lock = wanted.paths, wanted.release.lock
    environment = paths.venvs / lock
    packages = [paths.packages / name for name in shipment.packages]
    make = python.make_environment(environment, facts.python, packages, compiled=shipment.compiled)
    return [*_packages(wanted, shipment, facts), Run(f"make environment {lock}", make)]


def _packages(wanted: Wanted, shipment: Shipment, facts: Facts) -> list[Action]:
    missing = set(shipment.packages) - facts.packages
    if not missing:
        return []
    uploaded = wanted.paths.cache / shipment.packages_tar.name
    return [
        Upload(f"upload {len(missing)} packages", shipment.packages_tar, uploaded),
        Run("unpack them", files.unpack_each(uploaded, wanted.paths.packages)),
    ]


def _build(wanted: Wanted, facts: Facts) -> list[Action]:
    if facts.release(wanted.release.id):
        return []
    release = wanted.paths.release(wanted.release.id)
    return [
        *(
            Run(" ".join(command), (str(release / "run"), *command))
            for command in wanted.app.build_commands
        ),
        Run("mark the release complete", files.complete(release / "manifest.json")),
    ]


def _host_files(wanted: Wanted, facts: Facts) -> list[Action]:
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
    ]


def _serve(wanted: Wanted, facts: Facts) -> list[Action]:
    release_id, paths, name = wanted.release.id, wanted.paths, wanted.app.name
    through_nginx = http.get(health_url(wanted), address="127.0.0.1")
    check = Run("check its health through nginx", through_nginx, hint=AFTER_SWITCH)
    if facts.current == release_id and release_id in facts.running and facts.nginx_active:
        # An old release beside it: a deploy ended between switch and drain, maybe at this check.
        return [check] if facts.running - {release_id} else []
    return [
        *_release_commands(wanted),
        Start(
            f"start {release_id} beside what serves, check its health",
            name,
            release_id,
            http.get(health_url(wanted), socket=paths.socket(release_id)),
            name,
            wanted.app.start_timeout,
        ),
        Run("switch", files.switch(paths.current, f"releases/{release_id}")),
        check,
    ]


def _release_commands(wanted: Wanted) -> list[Action]:
    """All in one process, for each start of the app's Python costs seconds on a slow host."""
    commands = [shlex.join(command) for command in wanted.app.release_commands]
    if not commands:
        return []
    release, static = (
        wanted.paths.release(wanted.release.id),
        wanted.paths.static(wanted.release.id),
    )
    argv = (str(release / "run"), "python", str(release / "commands.py"), str(static), *commands)
    return [Run(", ".join(commands), argv, wanted.app.name)]


def health_url(wanted: Wanted) -> str:
    scheme = "https" if wanted.target.certificate else "http"
    return f"{scheme}://{wanted.target.domain}{wanted.app.health_path}"


def _clean_up(wanted: Wanted, facts: Facts) -> list[Action]:
    release_id, paths, name = wanted.release.id, wanted.paths, wanted.app.name
    others = [release for release in facts.releases if release.id != release_id]
    old = to_remove([*others, wanted.release], release_id, KEPT_RELEASES)
    kept = {release.lock for release in others if release not in old} | {wanted.release.lock}
    unused = sorted(facts.venvs - kept)
    drained: list[Action] = [
        Run(f"drain {running}", site.stop(name, running), hint=AFTER_SWITCH)
        for running in sorted(facts.running - {release_id})
    ]
    removed = [
        *(paths.release(release.id) for release in old),
        *(paths.venvs / lock for lock in unused),
    ]
    if not removed:
        return drained
    static = [str(paths.static(release.id)) for release in old]
    return [
        *drained,
        Run("remove old releases", files.remove(*removed), hint=AFTER_SWITCH),
        *([Run("remove their static files", ("rm", "-rf", *static), name)] if static else []),
    ]


def diffs(wanted: Wanted, facts: Facts) -> list[str]:
    """Unified diffs of the files that would change, the host's text first.

    A release's id stands in most paths; it's left out, or every line would differ.
    """
    before = {path: _without_id(text, facts.current) for path, text in facts.files.items()}
    after: Mapping[str, str] = {
        **{str(file.path): file.content for file in wanted.host_files},
        **{
            str(wanted.paths.current / file.path.name): _without_id(file.content, wanted.release.id)
            for file in wanted.release_files
        },
    }
    found = ("".join(_diff(path, before.get(path, ""), text)) for path, text in after.items())
    return [diff for diff in found if diff]


def _without_id(text: str, release_id: str | None) -> str:
    return text.replace(release_id, "ID") if release_id else text


def _diff(path: str, before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"host:{path}" if before else "/dev/null",
        f"wanted:{path}",
    )
    return [
        line if line.endswith("\n") else f"{line}\n\\ no newline at its end\n" for line in lines
    ]
