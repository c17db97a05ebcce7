"""The Vagrant box: built by provision/box/build, cached by a digest of all its inputs."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from understudy.errors import StepFailed
from understudy.host import wanted_packages
from understudy.host.provisioning import Provisioning
from understudy.local import root_script
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.report.events import Report
from understudy.vm import box_inputs
from understudy.vm.mirror.value import Mirror


@dataclass(frozen=True)
class Box:
    """A box by its name in Vagrant and its version, which is a digest of its inputs.

    archive: the URL that its packages come from, or "" for the distribution's own.
    """

    release: str
    version: str
    archive: str = ""

    @property
    def name(self) -> str:
        return f"understudy/{self.release}"


def box_for(
    project: Project,
    release: str,
    provisioning: Provisioning | None,
    mirror: Mirror | None = None,
    archive: str = "",
) -> Box:
    """The box of a release: provisioned, or bare without provisioning.

    mirror: what the box takes over from production.
    """
    digest = sha256(release.encode())
    for path in sorted(project.box_scripts.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(project.resources).as_posix().encode())
            digest.update(path.read_bytes())
    if provisioning:
        digest.update(provisioning.stamp.encode())
    if mirror:
        digest.update(mirror.key.encode())
    digest.update(archive.encode())
    # Vagrant accepts versions of numbers and dots only.
    return Box(release, f"1.{int(digest.hexdigest()[:8], 16)}", archive)


def build(
    project: Project,
    box: Box,
    provisioning: Provisioning | None,
    report: Report,
    mirror: Mirror | None = None,
) -> Path:
    """Builds the box unless it is built. Returns its catalog file, for `vagrant box add`.

    Takes minutes, and half a gigabyte of disk. Raises StepFailed, with the end of the build's log.
    """
    catalog = _catalog(project, box)
    if catalog.exists():
        return catalog
    directory = catalog.parent
    directory.mkdir(parents=True, exist_ok=True)
    command = [
        str(project.box_scripts / "build"),
        *(_mirror_option(project, box, mirror, provisioning, report) if mirror else ()),
        *(("--mirror", box.archive) if box.archive else ()),
        *(box.release, str(catalog.with_suffix(".box")), box.version),
    ]
    if provisioning:
        script = directory / "provision.sh"
        atomic_write(script, provisioning.script)
        command += [str(script), *provisioning.arguments]
    with report.step(f"build box {box.name} {box.version}"):
        _run(command, directory / "build.log", report, provisioning)
    _remove_older(directory, box, catalog)
    return catalog


def _catalog(project: Project, box: Box) -> Path:
    return project.state / "boxes" / f"{box.release}-{box.version}.json"


def _mirror_option(
    project: Project,
    box: Box,
    mirror: Mirror,
    provisioning: Provisioning | None,
    report: Report,
) -> tuple[str, str]:
    """The build's option for a box that mirrors production."""
    with report.step(f"look up production's versions in the archive of {box.release}"):
        return "--like", str(box_inputs.write(project, mirror, provisioning, box.archive))


def _run(command: list[str], log: Path, report: Report, provisioning: Provisioning | None) -> None:
    """Runs the build as root, shows its steps, keeps its output in a log."""
    if (lines := root_script.run(command, log, report.detail, report.progress)) is not None:
        keys = provisioning.package_keys if provisioning else {}
        raise StepFailed(
            "the box could not be built",
            cause=wanted_packages.cause("\n".join(lines), keys),
            details="\n".join(lines[-15:]),
            hint=f"The build's output is in {log}. Fix the cause and run the same command again.",
        )


def _remove_older(directory: Path, box: Box, catalog: Path) -> None:
    """Keeps two boxes of a release, a bare and a provisioned one: each is half a gigabyte.

    Another project that shares the boxes may do the same at the same time.
    """
    boxes = sorted(directory.glob(f"{box.release}-*.json"), key=_age)
    for old in boxes[:-2]:
        if old != catalog:
            for suffix in (".box", ".lxc.box", ".json"):
                old.with_suffix(suffix).unlink(missing_ok=True)


def _age(path: Path) -> float:
    """When it was made; long ago if it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0
