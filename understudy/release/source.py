"""One commit of the app: where it is, and the files in it that are shipped."""

import json
import re
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from understudy.config.app import App
from understudy.errors import ConfigError, Refused, Unreachable
from understudy.release import commit_log, committed_lock, git_archive, source_state
from understudy.release.commit_tree import CommitTree, entries
from understudy.release.git import git
from understudy.release.locks import wanted

# All machines ship the same bytes, whatever the settings of their git.
_AS_COMMITTED = (
    *("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "core.attributesFile=/dev/null"),
    "--literal-pathspecs",
)


@dataclass(frozen=True)
class Source:
    """A commit of the app. prefix: the app's directory in the repository. tree: git's digest of it.
    subject: the first line of its message.

    lock: its lock in the normal form (lock_file.py). dirty: lines of `git status` for files that are not
    committed. uncommitted_lock: the path of the lock, from the repository's top, if git does not have it.
    """

    repository: Path
    prefix: str
    commit: str
    tree: str
    lock: str
    dirty: tuple[str, ...]
    uncommitted_lock: str = ""
    subject: str = ""

    @property
    def not_deployed(self) -> tuple[str, ...]:
        """Those of `dirty` that no host gets: all but a lock that is still to be committed."""
        return tuple(line for line in self.dirty if line[3:] != self.uncommitted_lock)


@dataclass(frozen=True)
class Newest:
    """subject: the first line of the commit's message."""

    commit: str
    subject: str


@dataclass(frozen=True)
class _Place:
    """Where the app is, as in Source."""

    repository: Path
    prefix: str
    dirty: tuple[str, ...] = ()


def resolve_source(app: App, beside: Path, cache: Path, found: Source | None = None) -> Source:
    """The commit that deploy.yml means, from a git URL or from a directory.

    A directory's path is relative to `beside`, the folder of deploy.yml. cache: for copies of URLs.
    found: what find_commit() has found just now. Raises ConfigError for a wrong source, its subclass NotLocked
    for requirements that are to be locked first, Unreachable for a URL that can't be fetched.
    """
    if found and found.lock:
        return found
    return locked(app, cache, found or find_commit(app, beside, cache), {})


def locked(app: App, cache: Path, source: Source, to_write: Mapping[str, str]) -> Source:
    """The commit with its lock. to_write: path -> text of a lock that is made but not written. Raises as
    resolve_source().
    """
    tree = CommitTree(source.repository, source.commit, to_write)
    lock = committed_lock.read(tree, wanted.of(app, source.prefix), cache / "locks")
    return replace(source, lock=lock.text, uncommitted_lock=lock.uncommitted)


def find_commit(app: App, beside: Path, cache: Path) -> Source:
    """As resolve_source(), without the lock file, which may be what is wrong."""
    place = _place(app, beside, cache)
    commit = _commit(place.repository, app.revision)
    return Source(
        repository=place.repository,
        prefix=place.prefix,
        commit=commit,
        tree=_tree(place, commit),
        lock="",
        dirty=place.dirty,
        subject=commit_log.read(place.repository, commit).subject,
    )


def _commit(repository: Path, revision: str) -> str:
    """Raises ConfigError if the repository has no such commit."""
    try:
        return git(repository, "rev-parse", "--verify", f"{revision}^{{commit}}").strip()
    except ConfigError as error:
        if git(repository, "rev-list", "--all", "--max-count=1"):
            raise
        raise ConfigError(
            f"the repository {repository} has no commit yet, and a deploy ships a commit",
            details=error.details,
            hint="git add the app's files, and git commit.",
        ) from None


def _tree(place: _Place, commit: str) -> str:
    """git's digest of the app's directory. Raises ConfigError if the commit lacks it."""
    if not place.prefix:
        return commit_log.read(place.repository, commit).tree
    entry = entries(place.repository, commit).get(place.prefix)
    # git says best what is wrong.
    return (
        entry.object_id if entry else git(place.repository, "rev-parse", f"{commit}:{place.prefix}")
    )


def newest(app: App, beside: Path) -> Newest:
    """The newest commit of app.revision in a directory, by one call of git.

    Raises ConfigError for a wrong source, and for a URL: asking it takes long.
    """
    if source_state.is_url(app.source):
        raise ConfigError(
            "app.source is a URL, whose commits can't be watched",
            hint="Watch a clone: a deploy.yml in which app.source is a directory.",
        )
    shown = git(beside / app.source, "log", "-1", "--format=%H %s", app.revision, "--")
    commit, _, subject = shown.strip().partition(" ")
    return Newest(commit, subject)


def describe(repository: Path, commit: str) -> dict[str, str]:
    """id, subject, author and time (ISO 8601) of a commit, and the branch that is checked out at it.

    Raises ConfigError if git does not have it.
    """
    found = commit_log.read(repository, commit)
    head = re.match(r"HEAD -> ([^,]+)", found.refs)
    return {
        "id": found.commit,
        "subject": found.subject,
        "author": found.author,
        "time": found.time,
        "branch": head[1] if head else "",
    }


def refuse_if_dirty(source: Source) -> None:
    """Raises Refused, with the files, if files on disk differ from what would be deployed."""
    if source.dirty:
        raise Refused(
            "there are uncommitted changes, and this target takes only clean commits",
            details="\n".join(source.dirty[:20]),
            hint="Commit or stash the changes, then deploy again.",
        )


def digest(source: Source) -> str:
    """SHA-256 of the shipped files, in hex: name, mode, kind, link and content of each.

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

    Migrations are files below a directory `migrations`, as of Django and Flask-Migrate.
    """
    found = re.compile(r"(.*/)?migrations/(?!(.*/)?__init__\.py$).*\.(py|sql)")
    return {
        member.name.removeprefix("source/"): sha256(content).hexdigest()
        for member, content in members(source)
        if member.isfile() and found.fullmatch(member.name)
    }


def members(source: Source) -> tuple[tuple[tarfile.TarInfo, bytes], ...]:
    """The files of the commit as they are shipped, each with its content; the same on every machine."""
    return committed_files(source.repository, source.commit, source.prefix)


# For the candidate and the live release; all hosts of a target get the same files, whatever their lock.
@lru_cache(maxsize=2)
def committed_files(
    repository: Path, commit: str, prefix: str
) -> tuple[tuple[tarfile.TarInfo, bytes], ...]:
    return tuple(_archived(repository, commit, prefix))


def paths(source: Source) -> Iterator[str]:
    """The names of those files. The commit is read when the first one is asked for."""
    for member, _ in members(source):
        yield member.name


def _place(app: App, beside: Path, cache: Path) -> _Place:
    if source_state.is_url(app.source):
        return _Place(_mirror(app.source, cache), app.subdirectory.strip("/"))
    directory = beside / app.source / app.subdirectory
    # Before resolve(), which raises for links that lead to themselves.
    if not directory.is_dir():
        raise ConfigError(
            f"app.source: there is no directory {directory}",
            hint="app.source is relative to deploy.yml, and app.subdirectory to app.source.",
        )
    directory = directory.resolve()
    # `git archive` reads a path of a commit from where it is run, so it's run at the top.
    places = git(directory, "rev-parse", "--show-toplevel", "--show-prefix")
    top, _, prefix = places.removesuffix("\n").rpartition("\n")
    changes = git(
        directory, "-c", "core.quotePath=false", "status", "--porcelain", "-uall", "--", "."
    )
    return _Place(Path(top), prefix.rstrip("/"), tuple(changes.splitlines()))


def _mirror(url: str, cache: Path) -> Path:
    """A bare copy of the repository, up to date."""
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
            hint="`git ls-remote` with the URL of app.source must work on this machine, without a prompt.",
        ) from None


def _archived(
    repository: Path, commit: str, prefix: str
) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    # From the top of the repository: a .gitattributes above the app counts, too.
    below = (prefix,) if prefix else ()
    committed = int(commit_log.read(repository, commit).seconds)
    with git_archive.opened(repository, commit, *below, options=_AS_COMMITTED) as archive:
        for member in archive:
            reader = archive.extractfile(member) if member.isfile() else None
            name = member.name.removeprefix(prefix).lstrip("/")
            if not name or not member.name.startswith(prefix):
                continue
            # A long name is also in the pax header, which would win over this one.
            member.name, member.pax_headers = f"source/{name}", {}
            # Git knows only this bit of a mode; the others depend on the machine.
            member.mode = 0o755 if member.mode & 0o100 else 0o644
            member.mtime = committed
            yield member, reader.read() if reader else b""
