"""The files of a lock: wheels as the index has them, and wheels built of source distributions for the rest."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from understudy.errors import StepFailed
from understudy.local.share import Share
from understudy.release import lock_file, pip, sdist_download, sdists
from understudy.release.lock_file import LockFile
from understudy.release.source_builds import Build

# What pip says if a version has no wheel, or only wheels that the lock does not name.
_HAS_NONE = ("No matching distribution found", "DO NOT MATCH THE HASHES")


def folder(lock: LockFile, python: str, machine: str, cache: Path) -> Path:
    """Where the wheels of a lock file are kept. lock: as it is for that host.

    In `sdists` there are the sources of those that are published without a wheel, in `built` links to what
    was built of these.
    """
    digest = sha256(repr(lock).encode()).hexdigest()[:12]
    return cache / f"{digest}-{python}-{machine}"


def wheels(
    lock: LockFile,
    python: str,
    machine: str,
    cache: Path,
    build: Build | None,
    on_share: Callable[[Share], None] = lambda share: None,
) -> list[Path]:
    """The wheels of a lock file. build: None if nothing can be built. on_share: gets how much has
    been downloaded.

    Raises StepFailed if a package can't be had.
    """
    directory = folder(lock, python, machine, cache)
    if not directory.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent) as work:
            new = Path(work) / "new"
            new.mkdir()
            download = _Download(lock, new, python, machine, on_share)
            download.all(can_build=build is not None)
            new.rename(directory)
    found = [*sorted(directory.glob("*.whl")), *_built(lock, directory, build)]
    if wrong := lock_file.differences(lock, [wheel.name for wheel in found]):
        raise StepFailed(
            f"what pip downloaded for Python {python} on {machine} is not what is locked",
            details="\n".join(wrong),
            hint=f"Remove {directory}: the next deploy downloads the packages again.",
        )
    return found


@dataclass(frozen=True)
class _Download:
    """One download of a lock file's packages into a directory."""

    lock: LockFile
    directory: Path
    python: str
    machine: str
    on_share: Callable[[Share], None]

    def all(self, *, can_build: bool) -> None:
        """Raises StepFailed if a package can't be had."""
        lock, sources = self.lock, []
        failure = self._wheels(lock_file.requirements(lock))
        if can_build and any(text in failure for text in _HAS_NONE):
            offers = sdist_download.offers(lock, self.python, self.directory)
            sources = sdists.without_wheel(lock, offers, self.python, self.machine)
        if sources:
            rest = sdist_download.requirement_lines(lock, sources)
            failure = self._wheels(rest) if rest else ""
        if failure:
            raise StepFailed(
                f"the locked packages can't be had as wheels for Python {self.python} on {self.machine}",
                details="\n".join(failure.splitlines()[-8:]),
                hint="Lock versions that have a wheel for the host's Python, or check the network.",
            )
        if sources:
            sdist_download.download(sources, self.directory / "sdists")

    def _wheels(self, requirements: str) -> str:
        """Returns pip's message if it fails."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(requirements)
            file.flush()
            options = ("--require-hashes", *self.lock.indexes, "--no-deps")
            return pip.download(
                Path(file.name), self.directory, self.python, self.machine, options, self.on_share
            )


def _built(lock: LockFile, directory: Path, build: Build | None) -> list[Path]:
    sources = sorted((directory / "sdists").glob("*"))
    if not sources or not build:
        return []
    made = list(build(sources, lock.indexes))
    links = directory / "built"
    links.mkdir(exist_ok=True)
    for wheel in made:
        new = links / f".{wheel.name}"
        new.unlink(missing_ok=True)
        new.symlink_to(os.path.relpath(wheel, links))
        new.rename(links / wheel.name)
    return made
