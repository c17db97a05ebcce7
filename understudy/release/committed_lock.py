"""Finds the lock file of a commit, reads it with the files that it includes, and checks it."""

import posixpath
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from uv import find_uv_bin

from understudy.errors import ConfigError
from understudy.release import lock_file
from understudy.release.git import git

_UV_LOCK = "uv.lock"
_INCLUDES = ("-r", "--requirement")
# No lock file is that deep, but for one that includes itself.
_MOST_LEVELS = 10


def read(repository: Path, commit: str, prefix: str, name: str) -> str:
    """The text of the lock file, with the text of the files that it includes.

    It is searched in the app's directory and in those above it, up to the repository's top; so is a
    uv.lock, which is read where there is no file of that name. Raises ConfigError. prefix: the app's
    directory in the repository. name: app.requirements.
    """
    for path in _places(prefix, name):
        if _is_there(repository, commit, path):
            text = _read(repository, commit, path)
            lock_file.refuse_without_gunicorn(lock_file.parse(text, path), path)
            return text
    raise ConfigError(
        f"{posixpath.normpath(posixpath.join(prefix, name))} is not in commit {commit[:12]}, and no "
        f"{_UV_LOCK} either",
        hint=f"Lock the app's packages: uv pip compile --generate-hashes requirements.in -o {name}; "
        "then commit that. app.requirements in deploy.yml has its name.",
    )


def _places(prefix: str, name: str) -> Iterator[str]:
    """Where the lock file may be, the nearest first; in one directory the named file comes first."""
    app = PurePosixPath(prefix)
    for directory in (app, *app.parents):
        for file in (name, _UV_LOCK):
            yield posixpath.normpath(str(directory / file))


def _is_there(repository: Path, commit: str, path: str) -> bool:
    if path.startswith(("../", "/")):
        return False
    return bool(git(repository, "--literal-pathspecs", "ls-tree", "--full-tree", commit, path))


def _read(repository: Path, commit: str, path: str) -> str:
    if PurePosixPath(path).name == _UV_LOCK:
        return _exported(repository, commit, path)
    return "".join(_with_included(repository, commit, path))


def _with_included(repository: Path, commit: str, path: str, level: int = 0) -> Iterator[str]:
    """The lines of a file, with those of included files in their place."""
    if level > _MOST_LEVELS:
        raise ConfigError(f"{path} includes itself", hint="Remove that -r line.")
    text = git(repository, "show", f"{commit}:{path}")
    for line in text.splitlines(keepends=True):
        if included := _included(line):
            there = posixpath.normpath(posixpath.join(posixpath.dirname(path), included))
            if not _is_there(repository, commit, there):
                raise ConfigError(
                    f"{path} includes {included}, which is not in commit {commit[:12]}",
                    hint=f"git add {there}, and commit it.",
                )
            yield from _with_included(repository, commit, there, level + 1)
        else:
            yield line
    if text and not text.endswith("\n"):
        yield "\n"


def _included(line: str) -> str:
    """The path in `-r base.txt`, "" in any other line."""
    words = line.split("#")[0].replace("=", " ", 1).split()
    return words[1] if len(words) == 2 and words[0] in _INCLUDES else ""


def _exported(repository: Path, commit: str, path: str) -> str:
    """A uv.lock as a requirements.txt. With --frozen uv only reads it, and runs nothing of the project."""
    with TemporaryDirectory() as work:
        for name in (_UV_LOCK, "pyproject.toml"):
            beside = posixpath.join(posixpath.dirname(path), name)
            (Path(work) / name).write_text(git(repository, "show", f"{commit}:{beside}"))
        done = subprocess.run(
            [
                *(find_uv_bin(), "export", "--quiet", "--frozen", "--offline"),
                *("--no-emit-project", "--no-dev", "--no-header", "--no-annotate"),
                *("--no-python-downloads", "--format", "requirements-txt"),
            ],
            cwd=work,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise ConfigError(
            f"{path} can't be read",
            details=done.stderr.strip(),
            hint="`uv lock --check` in the app's directory must succeed; or write a requirements.txt "
            "by `uv export --format requirements-txt -o requirements.txt`, and commit it.",
        )
    return done.stdout
