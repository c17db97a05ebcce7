"""Expressions of a Django project's settings that are places in the repository. Pure."""

import ast
import posixpath
from collections.abc import Iterator

from understudy.project import syntax
from understudy.project.django_settings import Settings

_MOST_LEVELS = 10
# What gives its argument, or its object, back as the same place.
_SAME = ("Path", "PurePath", "str", "abspath", "realpath", "normpath", "resolve", "absolute")


class Places:
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
