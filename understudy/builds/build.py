"""Source distributions -> wheels for one kind of host, each built once and kept in the cache."""

import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.builds import failure, root
from understudy.builds.failure import Failure
from understudy.builds.sdist import build_requirements
from understudy.config import releases
from understudy.errors import StepFailed
from understudy.local import root_script
from understudy.local.digests import digest
from understudy.paths import Project
from understudy.release import lock_file, pip
from understudy.report.events import Report

# No build names more, but for one whose words are never the same.
_MOST_NEEDED = 40


@dataclass(frozen=True)
class Kind:
    """What is built for. os: as /etc/os-release names it. python: "3.11.2". packages: app.build_packages.

    mirror: of the system's archive, "" for its own.
    """

    os: str
    python: str
    machine: str
    packages: tuple[str, ...] = ()
    mirror: str = ""

    @property
    def release(self) -> str:
        """The code name of the system's release. Raises StepFailed if nothing can be built for that host."""
        found = re.match(r"(Debian|Ubuntu)\D*(\d+(?:\.\d+)?)", self.os)
        name = releases.of_system(" ".join(found.groups()).lower()) if found else ""
        if not name:
            known = ", ".join(release.system for release in releases.RELEASES.values())
            raise self._error(f"there are build roots of {known}")
        if self.machine != platform.machine():
            raise self._error(f"this machine is {platform.machine()}, the host {self.machine}")
        if lock_file.minor(self.python) != (usual := releases.RELEASES[name].python):
            raise self._error(f"the host has Python {self.python}, and {name} has {usual}")
        return name

    def _error(self, cause: str) -> StepFailed:
        return StepFailed(
            f"packages without a wheel can't be built for {self.os}",
            cause=cause,
            hint="Lock versions that have a wheel, or keep a wheel in an index of your own.",
        )


class _BuildFailed(Exception):
    """A build ran and failed. lines: its output."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.lines = lines


class Builder:
    """libraries: shared libraries that the built wheels link to, each with its Debian package."""

    def __init__(self, project: Project, report: Report, kind: Kind) -> None:
        self._project, self._report, self._kind = project, report, kind
        self.libraries: dict[str, str] = {}

    def build(self, sdists: Sequence[Path], indexes: Sequence[str]) -> list[Path]:
        """Their wheels, in the same order. indexes: options of pip, for what the builds need.

        Raises StepFailed, for all builds that failed, with the lines that show why.
        """
        wheels, failed = [], {}
        for sdist in sdists:
            try:
                wheels.append(self._wheel(sdist, indexes))
            except _BuildFailed as error:
                failed[title(sdist)] = failure.explain(error.lines)
        if failed:
            raise self._failed(failed)
        return wheels

    def _wheel(self, sdist: Path, indexes: Sequence[str]) -> Path:
        folder = self._project.cache / "built" / self.key(sdist)
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            place = self._root()
            with (
                self._report.step(f"build {title(sdist)}, which has no wheel"),
                TemporaryDirectory(dir=folder.parent) as work,
            ):
                self._build(sdist, place, Path(work), indexes)
                (Path(work) / "out").rename(folder)
        for line in (folder / "libraries").read_text().splitlines():
            name, _, package = line.partition("\t")
            self.libraries[name] = package
        return next(folder.glob("*.whl"))

    def _root(self) -> Path:
        kind = self._kind
        return root.ensure(self._project, self._report, kind.release, kind.packages, kind.mirror)

    def key(self, sdist: Path) -> str:
        """A digest of all that decides what is built."""
        kind = self._kind
        scripts = sorted(self._project.wheel_scripts.iterdir())
        parts = (sha256(sdist.read_bytes()).hexdigest(), kind.release, kind.machine)
        python = lock_file.minor(kind.python)
        texts = (script.read_text() for script in scripts)
        return digest((*parts, python, *sorted(kind.packages), *texts))[:16]

    def _build(self, sdist: Path, place: Path, work: Path, indexes: Sequence[str]) -> None:
        """Writes the wheel into work/out."""
        for folder in ("sdist", "links"):
            (work / folder).mkdir()
        (work / "sdist" / sdist.name).write_bytes(sdist.read_bytes())
        log = place.parent / f"{sdist.name}.log"
        script = self._project.wheel_scripts / "build"
        command = [script, place, work, lock_file.minor(self._kind.python)]
        needed = build_requirements(
            sdist, lock_file.environment(self._kind.python, self._kind.machine)
        )
        while True:
            self._download(sdist, needed, work, indexes)
            if (lines := root_script.run(command, log, self._report.detail)) is None:
                return
            more = failure.lacking_requirement(lines) or failure.older_tool(lines)
            if not more or more in needed or len(needed) > _MOST_NEEDED:
                raise _BuildFailed(lines)
            # Only the build itself could name it.
            needed.append(more)
            self._report.detail(f"building {title(sdist)} again with {more}")
            # Of two versions the build would take the newer one.
            for wheel in (work / "links").iterdir():
                wheel.unlink()

    def _failed(self, failed: Mapping[str, Failure]) -> StepFailed:
        where = f"for Python {lock_file.minor(self._kind.python)} on {self._kind.release}"
        shown = (
            (f"{name}: {failure.sentence(one)}", *(f"  {line}" for line in one.lines))
            for name, one in failed.items()
        )
        logs = self._project.state / root.FOLDER / "*.log"
        return StepFailed(
            f"{' and '.join(failed)} could not be built {where}",
            cause="; ".join(filter(None, map(failure.sentence, failed.values()))),
            details="\n".join(line for lines in shown for line in lines),
            hint=f"{failure.cure(self._kind.packages, failed.values())}The whole output is in {logs}",
        )

    def _download(
        self, sdist: Path, needed: Sequence[str], work: Path, indexes: Sequence[str]
    ) -> None:
        file = work / "needed.txt"
        file.write_text("".join(f"{one}\n" for one in needed))
        kind = self._kind
        if failed := pip.download(
            file, work / "links", kind.python, kind.machine, indexes, self._report.progress
        ):
            raise StepFailed(
                f"what the build of {title(sdist)} needs can't be downloaded",
                details="\n".join(failed.splitlines()[-8:]),
                hint="Check the network, then run the same command again.",
            )


def title(sdist: Path) -> str:
    """ "mysqlclient-2.2.7.tar.gz" -> "mysqlclient 2.2.7"."""
    stem = re.sub(r"\.(tar\.\w+|tgz|zip)$", "", sdist.name)
    name, _, version = stem.rpartition("-")
    return f"{name} {version}"
