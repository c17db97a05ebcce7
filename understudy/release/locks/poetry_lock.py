"""poetry.lock -> the normal form, by poetry's own export plugin, in an environment that uv makes for it."""

import posixpath
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from uv import find_uv_bin

from understudy.release.commit_tree import CommitTree
from understudy.release.locks.exported import exported
from understudy.release.locks.wanted import Wanted

POETRY = Path(__file__).parent / "poetry.txt"


def inputs(tree: CommitTree, path: str) -> dict[str, str]:
    """Path -> git's id of all that poetry reads."""
    project = posixpath.join(posixpath.dirname(path), "pyproject.toml")
    return {file: tree.object_id(file) for file in (path, project)}


def lines(inputs: dict[str, str], path: str, wanted: Wanted) -> Iterator[str]:
    """The lines of a requirements file, paths relative to the lock. inputs: path -> text of each.

    Raises ConfigError if poetry can't read it, or if pyproject.toml has changed since.
    """
    if versions := _versions(inputs[path]):
        yield f"# requires-python: {_specifier(versions)}"
    with TemporaryDirectory() as work:
        for file, text in inputs.items():
            (Path(work) / posixpath.basename(file)).write_text(text)
        exported = _export(Path(work).resolve(), path, wanted)
        # Poetry writes paths in full.
        yield from exported.replace(f"file://{Path(work).resolve()}/", "./").splitlines()


def _versions(lock: str) -> str:
    """The Pythons that the project is for; "" for a file that poetry will refuse."""
    with suppress(tomllib.TOMLDecodeError):
        return str(tomllib.loads(lock).get("metadata", {}).get("python-versions", ""))
    return ""


def _specifier(versions: str) -> str:
    """Poetry's `^3.11` and `~3.11` as PEP 440 writes them; its other signs are PEP 440's own."""
    return ",".join(_one(version.strip()) for version in versions.split(","))


def _one(version: str) -> str:
    number = version.lstrip("^~ ")
    if version.startswith("^"):
        return f">={number},<{int(number.split('.')[0]) + 1}"
    if version.startswith("~") and not version.startswith("~="):
        return f"~={number}.0" if number.count(".") < 2 else f"~={number}"
    return f"=={version}" if version[:1].isdigit() else version


def _export(directory: Path, path: str, wanted: Wanted) -> str:
    extras = (word for extra in wanted.extras for word in ("--extras", extra))
    groups = (word for group in wanted.groups for word in ("--with", group))
    command = (
        *(find_uv_bin(), "run", "--quiet", "--no-project", "--isolated", "--no-config"),
        *("--python", sys.executable, "--with-requirements", str(POETRY)),
        *("poetry", "export", "--no-interaction", "--no-ansi", "--format", "requirements.txt"),
        *(*extras, *groups),
    )
    return exported(
        command,
        directory,
        path,
        "`poetry check --lock` in its directory must succeed. app.extras and app.groups in deploy.yml "
        "name extras and groups of its pyproject.toml.",
    )
