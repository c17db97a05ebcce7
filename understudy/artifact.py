"""One commit -> what is shipped: its source, its locked wheels, all named by content.

Git and pip are asked here; nothing else in Understudy runs them.
"""

import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from understudy.config import App
from understudy.errors import ConfigError, Refused, StepFailed, Unreachable
from understudy.release import Manifest
from understudy.render import RenderedFile

# What a host must at least have for a wheel: Debian 12 has glibc 2.36, Ubuntu 22.04 has 2.35.
_GLIBC_MINORS = range(35, 16, -1)


@dataclass(frozen=True)
class Source:
    """A commit of the app. tree: git's digest of its content. dirty: files not committed."""

    repository: Path
    prefix: str
    commit: str
    tree: str
    lock: str
    dirty: tuple[str, ...]

    @property
    def lock_hash(self) -> str:
        return sha256(self.lock.encode()).hexdigest()[:12]


def find_source(app: App, beside: Path, cache: Path) -> Source:
    """The commit that deploy.yml means, from a git URL or from a directory.

    A directory's path is relative to `beside`, the folder of deploy.yml. cache: for copies of URLs.
    Raises ConfigError for a wrong source, Unreachable for a URL that can't be fetched.
    """
    if re.match(r"^(\w+://|[\w.-]+@[\w.-]+:)", app.source):
        repository, prefix = _mirror(app.source, cache), app.subdirectory.strip("/")
        dirty: tuple[str, ...] = ()
    else:
        directory = (beside / app.source / app.subdirectory).resolve()
        if not directory.is_dir():
            raise ConfigError(f"app.source: there is no directory {directory}")
        # `git archive` reads a path of a commit from where it is run, so it's run at the top.
        repository = Path(_git(directory, "rev-parse", "--show-toplevel").rstrip("\n"))
        prefix = _git(directory, "rev-parse", "--show-prefix").strip().rstrip("/")
        changes = _git(directory, "-c", "core.quotePath=false", "status", "--porcelain", "--", ".")
        dirty = tuple(changes.splitlines())
    commit = _git(repository, "rev-parse", "--verify", f"{app.revision}^{{commit}}").strip()
    lock_path = f"{prefix}/{app.requirements}".lstrip("/")
    lock = _git(repository, "show", f"{commit}:{lock_path}")
    _check_lock(lock, lock_path)
    return Source(
        repository=repository,
        prefix=prefix,
        commit=commit,
        tree=_git(repository, "rev-parse", f"{commit}:{prefix}").strip(),
        lock=lock,
        dirty=dirty,
    )


def refuse_if_dirty(source: Source) -> None:
    """Raises Refused, with the files, if what is on disk is not what would be deployed."""
    if source.dirty:
        raise Refused(
            "there are uncommitted changes, and this target takes only clean commits",
            details="\n".join(source.dirty[:20]),
            hint="Commit or stash them, then deploy again.",
        )


def _check_lock(lock: str, path: str) -> None:
    lines = re.sub(r"\\\r?\n", " ", lock).splitlines()
    requirements = [line for line in lines if line.strip() and line.lstrip()[0] not in "#-"]
    loose = [line for line in requirements if "==" not in line or "--hash=" not in line]
    if loose or not requirements:
        raise ConfigError(
            f"{path} is not locked with hashes, so two deploys could install different things",
            details="\n".join(loose[:20]),
            hint=f"uv pip compile --generate-hashes requirements.in -o {path}",
        )
    if not any(re.match(r"gunicorn\s*(\[|==)", line, re.IGNORECASE) for line in requirements):
        raise ConfigError(
            f"{path} has no gunicorn, which serves the app on every host",
            hint="Add gunicorn to requirements.in and lock again.",
        )


def release_tar(source: Source, files: Sequence[RenderedFile], manifest: Manifest) -> bytes:
    """Everything a release has, as a tar made here: on the host it only has to be unpacked."""
    buffer = io.BytesIO()
    socket = f"/run/{files[0].path.parts[2]}/{manifest.id}.sock"
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=6) as release:
        archive = _git_bytes(
            source.repository, "archive", "--format=tar", f"{source.commit}:{source.prefix}"
        )
        with tarfile.open(fileobj=io.BytesIO(archive)) as commit:
            _add_directory(release, "source")
            for member in commit:
                # A long name stands in its pax header too, which would win over this one.
                member.name, member.pax_headers = f"source/{member.name}", {}
                # All that git knows of a mode; the rest hangs on who made the tar.
                member.mode = 0o755 if member.mode & 0o100 else 0o644
                release.addfile(member, commit.extractfile(member) if member.isfile() else None)
        _add_directory(release, "static")
        for file in files:
            _add_file(release, file.path.name, file.content, file.mode)
        _add_file(release, "requirements.txt", source.lock)
        _add_file(release, "manifest.json.new", json.dumps(manifest.to_dict()))
        _add_link(release, "venv", f"../../venvs/{manifest.lock}")
        _add_link(release, "socket", socket)
    return buffer.getvalue()


def _add_file(tar: tarfile.TarFile, name: str, content: str, mode: int = 0o644) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content.encode()), mode
    tar.addfile(info, io.BytesIO(content.encode()))


def _add_directory(tar: tarfile.TarFile, name: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    tar.addfile(info)


def _add_link(tar: tarfile.TarFile, name: str, destination: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, destination
    tar.addfile(info)


def wheels(source: Source, python: str, machine: str, cache: Path) -> tuple[Path, ...]:
    """The wheels of the lock file for a host's Python ("3.11") and machine ("x86_64").

    Downloaded once and kept. Raises StepFailed if a package has no wheel for that host.
    """
    return _download(source.lock, cache / f"{source.lock_hash}-{python}-{machine}", python, machine)


def uv_program(python: str, machine: str, cache: Path) -> tuple[str, Path]:
    """(name, path) of uv for a host, compressed. The very version that this machine uses."""
    uv_version = version("uv")
    name = f"uv-{uv_version}-{machine}"
    program = cache / f"{name}.gz"
    if not program.exists():
        (wheel,) = _download(f"uv=={uv_version}", cache / f"{name}.wheel", python, machine)
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(f"uv-{uv_version}.data/scripts/uv")
        new = program.with_suffix(".new")
        new.write_bytes(gzip.compress(content, 6, mtime=0))
        new.rename(program)
    return name, program


def pack(paths: Sequence[Path]) -> bytes:
    """Files as one tar, without their directories. Wheels are compressed already."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path in paths:
            _add_content(tar, path.name, path.read_bytes())
    return buffer.getvalue()


def _add_content(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o644
    tar.addfile(info, io.BytesIO(content))


def _download(requirements: str, directory: Path, python: str, machine: str) -> tuple[Path, ...]:
    """Wheels of some requirements in a directory of their own, which is there whole or not."""
    if not directory.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent) as work:
            lock = Path(work) / "requirements.txt"
            lock.write_text(requirements)
            _pip_download(lock, Path(work) / "wheels", python, machine)
            (Path(work) / "wheels").rename(directory)
    return tuple(sorted(directory.glob("*.whl")))


def _pip_download(lock: Path, directory: Path, python: str, machine: str) -> None:
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in _GLIBC_MINORS]
    platforms += [f"manylinux2014_{machine}", f"linux_{machine}"]
    tag = "cp" + python.replace(".", "")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--only-binary=:all:", "--requirement", lock, "--dest", directory),
            *("--python-version", python, "--implementation", "cp"),
            *("--abi", tag, "--abi", "abi3", "--abi", "none"),
            *(word for platform in platforms for word in ("--platform", platform)),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise StepFailed(
            f"the locked packages can't be had as wheels for Python {python} on {machine}",
            details="\n".join(done.stderr.strip().splitlines()[-8:]),
            hint="Lock versions that have a wheel for the host's Python, or check the network.",
        )


def _mirror(url: str, cache: Path) -> Path:
    """A bare copy of a repository, brought up to date."""
    mirror = cache / sha256(url.encode()).hexdigest()[:12]
    if not mirror.exists():
        mirror.parent.mkdir(parents=True, exist_ok=True)
        new = mirror.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        _fetch(mirror.parent, "clone", "--quiet", "--mirror", "--", url, str(new))
        new.rename(mirror)
    else:
        _fetch(mirror, "remote", "update", "--prune")
    return mirror


def _fetch(directory: Path, *arguments: str) -> None:
    try:
        _git(directory, *arguments)
    except ConfigError as error:
        raise Unreachable("app.source: can't fetch the repository", error.details) from None


def _git(directory: Path, *arguments: str) -> str:
    return _git_bytes(directory, *arguments).decode(errors="replace")


def _git_bytes(directory: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", directory, *arguments], capture_output=True, env=_outside_of_hooks()
        )
    except FileNotFoundError:
        raise Unreachable("git is not installed", hint="make setup") from None
    if done.returncode:
        raise ConfigError(
            f"git {arguments[0]} failed in {directory}",
            details=done.stderr.decode(errors="replace").strip(),
            hint="app.source and app.revision in deploy.yml name what is deployed.",
        )
    return done.stdout


def _outside_of_hooks() -> dict[str, str]:
    """The environment without what a git hook is given: it would point git elsewhere, despite -C."""
    given = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"}
    return {name: value for name, value in os.environ.items() if name not in given}
