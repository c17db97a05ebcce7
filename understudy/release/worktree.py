"""The facts about an app that git and the disk show: in the commit, in a release, and only on disk."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from understudy.config.app import App
from understudy.errors import UnderstudyError
from understudy.release.commit_facts import SUBMODULE, CommitFacts, LockFacts, normal
from understudy.release.commit_tree import CommitTree, entries
from understudy.release.git import git
from understudy.release.locks import find
from understudy.release.locks.wanted import of as wanted_of
from understudy.release.source import Source, members

_STATES = {"??": "untracked", "!!": "ignored"}
# Checks need no more of a longer file.
_TEXT_BYTES = 100_000


def look(source: Source) -> CommitFacts:
    """The facts of the commit and of the files beside it. Raises UnderstudyError if git fails."""
    changes = _changes(source)
    return replace(
        committed(source),
        untracked=tuple(changes["untracked"]),
        ignored=tuple(changes["ignored"]),
        modified=tuple(changes["modified"]),
    )


def committed(source: Source) -> CommitFacts:
    """The facts of the commit alone. Raises UnderstudyError if git fails."""
    modes = dict(_modes(source))
    return CommitFacts(
        committed=modes,
        texts=dict(_texts(source)),
        submodules={
            path: _checkout(source, path) for path, mode in modes.items() if mode == SUBMODULE
        },
    )


def elsewhere(source: Source) -> tuple[str, ...]:
    """The repository's files that are not in the app's directory, from its top."""
    inside = f"{source.prefix}/" if source.prefix else ""
    return tuple(
        path
        for path, entry in entries(source.repository, source.commit).items()
        if not entry.is_tree and not path.startswith(inside)
    )


def lock(
    source: Source, app: App, commit: CommitFacts, modules: Mapping[str, tuple[str, ...]] | None
) -> LockFacts:
    """The facts of the app's lock. modules: of its wheels, see wheel_modules.of()."""
    path = _lock_path(source, app)
    usual = "Pipfile" if path == find.PIPFILE else "pyproject.toml"
    choices = ("requirements.in", usual) if find.is_requirements(path) else (usual,)
    made_from = next((name for name in choices if name in commit.texts), "")
    beside = str(PurePosixPath(path).with_suffix(".lock"))
    if re.search(rf"^# from: (.*/)?{re.escape(beside)}$", source.lock, re.MULTILINE):
        path, made_from = beside, path
    versions = re.findall(r"^([\w.-]+)(?:\[.*?\])?==([^\s;\\]+)", source.lock, re.MULTILINE)
    wanted = re.findall(r"^[\w.-]+", commit.texts.get("requirements.in", ""), re.MULTILINE)
    return LockFacts(
        path=path,
        versions={normal(name): version for name, version in versions},
        made_from=made_from,
        wanted=tuple(normal(name) for name in wanted),
        modules=modules,
    )


def _lock_path(source: Source, app: App) -> str:
    """Relative to the app's directory, if it is in that."""
    tree = CommitTree(source.repository, source.commit)
    try:
        path = find.find(tree, wanted_of(app, source.prefix))[0]
    except UnderstudyError:
        # Then the lock itself may be the fault.
        return app.requirements[0] if app.requirements else find.REQUIREMENTS
    return path.removeprefix(f"{source.prefix}/") if source.prefix else path


def _modes(source: Source) -> Iterator[tuple[str, str]]:
    inside = f"{source.prefix}/" if source.prefix else ""
    for path, entry in entries(source.repository, source.commit).items():
        if not entry.is_tree and path.startswith(inside):
            yield path.removeprefix(inside), entry.mode


def _texts(source: Source) -> Iterator[tuple[str, str]]:
    """The files of a release: without those of export-ignore."""
    for member, content in members(source):
        path = member.name.removeprefix("source/").encode(errors="surrogateescape")
        name = path.decode(errors="replace")
        if member.issym():
            yield name, member.linkname
        elif member.isfile():
            yield name, content[:_TEXT_BYTES].decode(errors="replace")


def _changes(source: Source) -> Mapping[str, list[str]]:
    changes: dict[str, list[str]] = defaultdict(list)
    # The copy of a git URL has no work tree.
    if (source.repository / "HEAD").exists():
        return changes
    status = ("status", "--porcelain", "-z", "-uall", "--ignored=traditional", "--no-renames")
    app = source.prefix or "."
    for entry in git(source.repository, *status, "--", app).split("\0"):
        if entry:
            path = entry[3:].removeprefix(f"{source.prefix}/")
            changes[_STATES.get(entry[:2], "modified")].append(path)
    return changes


def _checkout(source: Source, path: str) -> tuple[str, ...]:
    """The files of a submodule that is checked out here."""
    directory = source.repository / source.prefix / path
    if not (directory / ".git").exists():
        return ()
    try:
        return tuple(filter(None, git(directory, "ls-files", "-z").split("\0")))
    except UnderstudyError:
        return ()
