"""Folders that a Django project's settings make in the release, which the app can't write on a host. Pure."""

import ast
import posixpath
import shlex
from collections.abc import Iterator

from understudy.project import syntax
from understudy.project.django_settings import Settings
from understudy.project.repository_paths import Places
from understudy.project.tree import Tree
from understudy.project.values import Deployment, Found


def commands(tree: Tree, settings: Settings, folder: str) -> Deployment:
    """The command that makes them while the release can still be written. folder: of manage.py."""
    found = {path: place for path, place in _made(settings, folder) if not _is_there(tree, path)}
    inside = [path for path in _below(found, folder) if not path.startswith("..")]
    if not inside:
        return Deployment()
    why = f"{next(iter(found.values()))} makes it, and the app can't write into its release"
    return Deployment(app={"build_commands": Found([shlex.join(["mkdir", "-p", *inside])], why)})


def _below(paths: dict[str, str], folder: str) -> list[str]:
    return [posixpath.relpath(path, folder or ".") for path in paths]


def _is_there(tree: Tree, folder: str) -> bool:
    return any(path.startswith(f"{folder}/") for path in tree.paths)


def _made(settings: Settings, folder: str) -> Iterator[tuple[str, str]]:
    """Each folder, from that of deploy.yml, and the line that makes it."""
    for call, path in settings.calls:
        match call:
            case ast.Call(func=ast.Attribute(value=value, attr="mkdir")) if (
                syntax.dotted(value) != "os"
            ):
                made = value
            case ast.Call(args=[made, *_]) if syntax.called(call) in ("mkdir", "makedirs"):
                pass
            case _:
                continue
        if not settings.reads_in(made, path):
            place = Places(settings, folder).of(made, path)
            if place and not place.startswith(("/", "..")):
                yield place, f"{path}:{call.lineno}"
