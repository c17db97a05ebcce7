"""Locked wheels -> what a host unpacks: each package is installed and compiled on this machine, once.

On the host neither pip nor a compiler runs: an environment is links to these files. Each package
is named by its content, so that only new ones are sent.
"""

import gzip
import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.sources import WheelFile

from understudy.errors import StepFailed
from understudy.local.share import Share
from understudy.release import bytecode, downloads, fitting, lock_file, source_builds
from understudy.release.layout import INTERPRETER
from understudy.release.source_builds import Build

# 1980-01-01, one time for all files: bytecode records it, and a wheel, which is a zip, knows none before.
_TIME = 315532800


def packages(
    lock: str,
    python: str,
    machine: str,
    cache: Path,
    repository: Path = Path(),
    build: Build | None = None,
    on_share: Callable[[Share], None] = lambda share: None,
) -> Mapping[str, Path]:
    """The packages of a lock file for a host's Python ("3.11.2") and machine ("x86_64").

    Name -> gzipped tar with one directory of that name. Made once and kept in the cache.
    repository: the app's, which may have some of them. build: makes wheels of source distributions for the
    host. on_share: gets how much has been downloaded. Raises StepFailed if a package has no wheel for that
    host, and none can be built.
    """
    locked = lock_file.for_host(lock_file.parse(lock, "the lock file"), python, machine)
    wheels = downloads.wheels(locked, python, machine, cache, build, on_share)
    wheels += [
        source_builds.wheel(pin, repository, cache, build, locked.indexes)
        for pin in lock_file.sources(locked)
    ]
    fitting.refuse_unfit(wheels, lock_file.environment(python, machine))
    version = lock_file.minor(python)
    compiler = bytecode.compiler(version)
    tars = [_package(wheel, version, compiler, cache / "packages") for wheel in wheels]
    return {tar.name.removesuffix(".tar.gz"): tar for tar in tars}


def _package(wheel: Path, python: str, compiler: str | None, cache: Path) -> Path:
    digest = sha256(wheel.read_bytes()).hexdigest()[:8]
    name = f"{wheel.stem}-{digest}-py{python}{'-compiled' if compiler else ''}"
    tar = cache / f"{name}.tar.gz"
    if not tar.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            _install(wheel, Path(work) / name, python)
            if compiler:
                bytecode.compile_all(compiler, Path(work) / name)
            new = Path(work) / tar.name
            new.write_bytes(_pack(Path(work) / name))
            new.rename(tar)
    return tar


def _install(wheel: Path, directory: Path, python: str) -> None:
    """Installs a wheel into a directory that is laid out as an environment."""
    library = str(directory / "lib" / f"python{python}" / "site-packages")
    destination = SchemeDictionaryDestination(
        {
            "purelib": library,
            "platlib": library,
            "scripts": str(directory / "bin"),
            "headers": str(directory / "include"),
            "data": str(directory),
        },
        interpreter=INTERPRETER,
        script_kind="posix",
    )
    try:
        with WheelFile.open(wheel) as source:
            install(source, destination, additional_metadata={"INSTALLER": b"understudy\n"})
    # ValueError: for example a name that leads out of the directory, such as `../../.bashrc`.
    except (ValueError, LookupError, BadZipFile, InstallerError) as error:
        raise StepFailed(
            f"{wheel.name} is no wheel that can be installed",
            details=str(error),
            hint="Lock another version of that package, and check where this wheel comes from.",
        ) from None
    for program in (directory / "bin").glob("*"):
        program.chmod(0o755)
    for path in directory.rglob("*"):
        os.utime(path, (_TIME, _TIME))


def _pack(directory: Path) -> bytes:
    """A directory as a gzipped tar, the same on every machine."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(directory, directory.name, filter=_anonymous)
    return gzip.compress(buffer.getvalue(), 6, mtime=0)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    member.mtime = _TIME
    return member
