"""Folders that a Django project's settings make in the release, which the app can't write on a host. Pure."""

import ast
import posixpath
import shlex
from collections.abc import Iterator

from understudy.project import syntax
from understudy.project.django_settings import Settings
from understudy.project.tree import Tree
from understudy.project.values import Deployment, Found

_MOST_LEVELS = 10
# What gives its argument, or its object, back as the same place.
_SAME = ("Path", "PurePath", "str", "abspath", "realpath", "normpath", "resolve", "absolute")


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
            place = _Places(settings, folder).of(made, path)
            if place and not place.startswith(("/", "..")):
                yield place, f"{path}:{call.lineno}"


class _Places:
    """Expressions for places in the repository. folder: where the app runs, and a relative path begins."""

    def __init__(self, settings: Settings, folder: str) -> None:
        self._settings, self._folder = settings, folder

    def of(self, node: ast.expr, path: str, level: int = 0) -> str | None:
        """The path from the folder of deploy.yml, None if it isn't known. path: of the expression's file."""
        if level > _MOST_LEVELS:
            return None
        match node:
            case ast.Name(id="__file__"):
                return path
            case ast.Name(id=name) if name in self._settings.by_name:
                setting = self._settings.by_name[name]
                return self.of(setting.value, setting.path, level + 1)
            case ast.Constant(value=str(text)):
                return posixpath.normpath(posixpath.join(self._folder, text))
        for inner, steps in _taken_apart(node):
            place = self.of(inner, path, level + 1)
            return _parent(place) if steps is None else _joined(place, steps)
        return None


def _taken_apart(node: ast.expr) -> Iterator[tuple[ast.expr, list[ast.expr] | None]]:
    """The place that an expression starts from, and the steps down from there; None: one step up."""
    match node:
        case ast.BinOp(left=start, op=ast.Div(), right=right):
            yield start, [right]
        case ast.Attribute(value=start, attr="parent"):
            yield start, None
        case ast.Call(func=ast.Attribute(value=start, attr="joinpath"), args=steps):
            yield start, steps
        case ast.Call(func=ast.Attribute(value=start, attr=name), args=[]) if name in _SAME:
            yield start, []
        case ast.Call(args=[start, *steps]):
            yield from _by_function(syntax.called(node), start, steps)


def _by_function(
    name: str, start: ast.expr, steps: list[ast.expr]
) -> Iterator[tuple[ast.expr, list[ast.expr] | None]]:
    if name in (*_SAME, "join"):
        yield start, steps
    elif name == "dirname":
        yield start, None


def _joined(start: str | None, rest: list[ast.expr]) -> str | None:
    texts = [syntax.text(one) for one in rest]
    if start is None or not all(texts):
        return None
    return posixpath.normpath(posixpath.join(start, *texts))


def _parent(path: str | None) -> str | None:
    """None above the folder of deploy.yml."""
    return None if path is None or path in (".", "") else posixpath.dirname(path) or "."
