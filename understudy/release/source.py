"""One commit -> the release that is shipped."""

import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.config.app import App
from understudy.errors import ConfigError, Refused, Unreachable
from understudy.release import bytecode, committed_lock
from understudy.release.git import git, git_bytes
from understudy.release.layout import Manifest
from understudy.release.render import RenderedFile

# Whatever this machine's git does with files elsewhere: all machines ship the same bytes.
_AS_COMMITTED = (
    *("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "core.attributesFile=/dev/null"),
    "--literal-pathspecs",
)


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


def resolve_source(app: App, beside: Path, cache: Path) -> Source:
    """The commit that deploy.yml means, from a git URL or from a directory.

    A directory's path is relative to `beside`, the folder of deploy.yml. cache: for copies of URLs.
    Raises ConfigError for a wrong source, Unreachable for a URL that can't be fetched.
    """
    source = find_commit(app, beside, cache)
    lock = committed_lock.read(source.repository, source.commit, source.prefix, app.requirements)
    return replace(source, lock=lock)


def find_commit(app: App, beside: Path, cache: Path) -> Source:
    """The same without its lock file, which may be what is wrong."""
    if re.match(r"^(\w+://|[\w.-]+@[\w.-]+:)", app.source):
        repository, prefix = _mirror(app.source, cache), app.subdirectory.strip("/")
        dirty: tuple[str, ...] = ()
    else:
        directory = (beside / app.source / app.subdirectory).resolve()
        if not directory.is_dir():
            raise ConfigError(
                f"app.source: there is no directory {directory}",
                hint="app.source is relative to deploy.yml, and app.subdirectory to app.source.",
            )
        # `git archive` reads a path of a commit from where it is run, so it's run at the top.
        places = git(directory, "rev-parse", "--show-toplevel", "--show-prefix")
        top, _, prefix = places.removesuffix("\n").rpartition("\n")
        repository, prefix = Path(top), prefix.rstrip("/")
        changes = git(directory, "-c", "core.quotePath=false", "status", "--porcelain", "--", ".")
        dirty = tuple(changes.splitlines())
    commit = git(repository, "rev-parse", "--verify", f"{app.revision}^{{commit}}").strip()
    return Source(
        repository=repository,
        prefix=prefix,
        commit=commit,
        tree=git(repository, "rev-parse", f"{commit}:{prefix}").strip(),
        lock="",
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


def release_tar(
    source: Source, files: Sequence[RenderedFile], manifest: Manifest, compiler: str | None
) -> bytes:
    """Everything a release has, as a tar made here: on the host it only has to be unpacked.

    compiler: the Python that compiles the source; without one that is left to the host.
    """
    buffer = io.BytesIO()
    site = files[0].path.parts[2]
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=6) as release:
        _add_source(release, source, compiler)
        for file in files:
            _add_file(release, file.path.name, file.content, file.mode)
        _add_file(release, "requirements.txt", source.lock)
        _add_file(release, "manifest.json.new", json.dumps(manifest.to_dict()))
        _add_link(release, "venv", f"../../venvs/{manifest.lock}")
        _add_link(release, "static", f"../../static/{manifest.id}")
        _add_link(release, "socket", f"/run/{site}/{manifest.id}.sock")
    return buffer.getvalue()


def digest(source: Source) -> str:
    """SHA-256 of the source as shipped, in hex: name, mode, kind, link and content of each member.

    Without bytecode, which another machine's Python may compile to other bytes, and without the
    commit's time: two commits of the same files ship the same.
    """
    whole = sha256()
    for member, content in members(source):
        kind, content_hash = member.type.decode(), sha256(content).hexdigest()
        line = [member.name, f"{member.mode:o}", kind, member.linkname, content_hash]
        whole.update(json.dumps(line).encode() + b"\n")
    return whole.hexdigest()


def migrations(source: Source) -> dict[str, str]:
    """The commit's migrations by path, each with the SHA-256 of its content.

    They are files below a directory `migrations`, as Django, Flask-Migrate and many others have it.
    """
    found = re.compile(r"(.*/)?migrations/(?!(.*/)?__init__\.py$).*\.(py|sql)")
    return {
        member.name.removeprefix("source/"): sha256(content).hexdigest()
        for member, content in members(source)
        if member.isfile() and found.fullmatch(member.name)
    }


# Of what is deployed and of what it's deployed over. All hosts of a target get the same.
@lru_cache(maxsize=2)
def members(source: Source) -> tuple[tuple[tarfile.TarInfo, bytes], ...]:
    """What git has of the source, as it is shipped; the same on every machine."""
    return tuple(_archived(source))


def _archived(source: Source) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    # The whole commit, for what stands in a .gitattributes above the app counts, too.
    where = (source.commit, source.prefix) if source.prefix else (source.commit,)
    archive = git_bytes(source.repository, *_AS_COMMITTED, "archive", "--format=tar", *where)
    committed = int(git(source.repository, "show", "-s", "--format=%ct", source.commit))
    with tarfile.open(fileobj=io.BytesIO(archive)) as commit:
        for member in commit:
            reader = commit.extractfile(member) if member.isfile() else None
            name = member.name.removeprefix(source.prefix).lstrip("/")
            if not name or not member.name.startswith(source.prefix):
                continue
            # A long name stands in its pax header too, which would win over this one.
            member.name, member.pax_headers = f"source/{name}", {}
            # All that git knows of a mode; the rest hangs on who made the tar.
            member.mode = 0o755 if member.mode & 0o100 else 0o644
            member.mtime = committed
            yield member, reader.read() if reader else b""


def _add_source(release: tarfile.TarFile, source: Source, compiler: str | None) -> None:
    _add_directory(release, "source")
    for member, content in members(source):
        release.addfile(member, io.BytesIO(content))
    for name, content in _compiled(source, compiler) if compiler else ():
        _add_content(release, name, content)


@lru_cache(maxsize=2)
def _compiled(source: Source, compiler: str) -> tuple[tuple[str, bytes], ...]:
    """The bytecode of the source's Python files, by name in a release."""
    with TemporaryDirectory() as work:
        for member, content in members(source):
            if member.isfile() and member.name.endswith(".py"):
                _copy(content, Path(work) / member.name, int(member.mtime))
        bytecode.compile_all(compiler, Path(work) / "source")
        found = sorted(Path(work).rglob("*.pyc"))
        return tuple((str(path.relative_to(work)), path.read_bytes()) for path in found)


def _copy(content: bytes, path: Path, time: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time, time))


def _add_file(tar: tarfile.TarFile, name: str, content: str, mode: int = 0o644) -> None:
    _add_content(tar, name, content.encode(), mode)


def _add_content(tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    tar.addfile(info, io.BytesIO(content))


def _add_directory(tar: tarfile.TarFile, name: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    tar.addfile(info)


def _add_link(tar: tarfile.TarFile, name: str, destination: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, destination
    tar.addfile(info)


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
        git(directory, *arguments)
    except ConfigError as error:
        raise Unreachable(
            "app.source: can't fetch the repository",
            details=error.details,
            hint="`git ls-remote` with the URL of app.source must work here, and ask nothing.",
        ) from None
