"""uv.lock -> the normal form, by uv, which only reads it and runs nothing of the project."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from uv import find_uv_bin

from understudy.release.commit_tree import CommitTree
from understudy.release.locks.exported import exported
from understudy.release.locks.wanted import Wanted

_PYPI = "https://pypi.org/"


def inputs(tree: CommitTree, path: str) -> dict[str, str]:
    """Path -> git's id of all that uv reads: the lock, and each pyproject.toml of its workspace."""
    projects = tree.named("pyproject.toml", posixpath.dirname(path))
    return {path: tree.object_id(path), **projects}


def lines(inputs: dict[str, str], path: str, wanted: Wanted) -> Iterator[str]:
    """The lines of a requirements file, paths relative to the lock. inputs: path -> text of each.

    Raises ConfigError if uv can't read it.
    """
    if found := re.search(r'^requires-python = "(.+)"$', inputs[path], re.MULTILINE):
        yield f"# requires-python: {found[1]}"
    yield from _indexes(inputs[path])
    with TemporaryDirectory() as work:
        for file, text in inputs.items():
            (Path(work) / file).parent.mkdir(parents=True, exist_ok=True)
            (Path(work) / file).write_text(text)
        yield from _export(Path(work) / _project(inputs, path, wanted), path, wanted).splitlines()


def _indexes(lock: str) -> Iterator[str]:
    """Those that the lock's packages are from. PyPI is there anyhow, unless no package is from it."""
    indexes = dict.fromkeys(re.findall(r'registry = "(https://[^"]+)"', lock))
    more = [index for index in indexes if not index.startswith(_PYPI)]
    for place, index in enumerate(more):
        first = place == 0 and len(more) == len(indexes)
        yield f"{'--index-url' if first else '--extra-index-url'} {index}"


def _project(inputs: dict[str, str], path: str, wanted: Wanted) -> str:
    """The directory of the workspace's member that the app is, or is in."""
    top = posixpath.dirname(path)
    for directory in map(str, wanted.directories):
        if posixpath.normpath(posixpath.join(directory, "pyproject.toml")) in inputs:
            return directory
        if posixpath.normpath(directory) == posixpath.normpath(top or "."):
            break
    return top


def _export(directory: Path, path: str, wanted: Wanted) -> str:
    extras = (word for extra in wanted.extras for word in ("--extra", extra))
    groups = (word for group in wanted.groups for word in ("--group", group))
    command = (
        *(find_uv_bin(), "export", "--quiet", "--frozen", "--offline", "--no-config"),
        *("--no-emit-project", "--no-dev", "--no-header", "--no-annotate"),
        *("--no-python-downloads", "--format", "requirements.txt", *extras, *groups),
    )
    return exported(
        command,
        directory,
        path,
        "`uv lock --check` in its directory must succeed. app.extras and app.groups in deploy.yml name "
        "extras and dependency groups of its pyproject.toml.",
    )
