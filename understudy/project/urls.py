"""Paths that a Django site answers on, from the source of its urls.py. Pure."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.project import syntax
from understudy.project.tree import Tree

_MOST_LEVELS = 6
# Packages whose urls answer on the folder that they are included in.
_ANSWERS = ("wagtail.urls", "wagtail.core.urls", "cms.urls")


@dataclass(frozen=True)
class Route:
    """path: of a page without parameters, such as /about/. place: file and line."""

    path: str
    place: str


def routes(tree: Tree, folder: str, root: str) -> list[Route]:
    """Pages that a GET without a login or parameters may reach. root: ROOT_URLCONF."""
    return list(dict.fromkeys(_module(tree, folder, root, "/", 0)))


def _module(tree: Tree, folder: str, name: str, prefix: str, level: int) -> Iterator[Route]:
    path = tree.module_file(name, folder)
    module = tree.modules.get(path) if path else None
    if path is None or module is None or level > _MOST_LEVELS:
        return
    inside = path.removeprefix(folder).lstrip("/")
    names = {
        alias: syntax.absolute(what, inside) for alias, what in syntax.imported(module).items()
    }
    literals = {one: value for one, value, _ in syntax.assigned(module.body)}
    for call in _patterns(module):
        route = _route(call, literals)
        if route is None or len(call.args) < 2:
            continue
        place, target = f"{path}:{call.lineno}", call.args[1]
        whole = prefix + route.lstrip("/")
        if syntax.called(target) == "include":
            yield from _included(tree, folder, target, names, whole, place, level)
        elif syntax.dotted(target).endswith("site.urls"):
            yield Route(f"{whole.rstrip('/')}/login/", place)
        elif re.fullmatch(r"[A-Za-z0-9._~/-]*", whole):
            yield Route(whole, place)


def _included(
    tree: Tree,
    folder: str,
    target: ast.AST,
    names: dict[str, str],
    prefix: str,
    place: str,
    level: int,
) -> Iterator[Route]:
    assert isinstance(target, ast.Call)  # noqa: S101 - by its caller
    given = target.args[0] if target.args else None
    if isinstance(given, ast.Tuple) and given.elts:
        given = given.elts[0]
    name = syntax.text(given) or _full(syntax.dotted(given) if given else "", names)
    if name in _ANSWERS:
        yield Route(prefix, place)
    yield from _module(tree, folder, name, prefix, level + 1)


def _full(name: str, names: dict[str, str]) -> str:
    first, dot, rest = name.partition(".")
    return f"{names.get(first, first)}{dot}{rest}"


def _patterns(module: ast.Module) -> Iterator[ast.Call]:
    """The calls of path() and re_path() that a server reaches: those below `if DEBUG` are left out."""
    waiting: list[ast.AST] = [*module.body]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.If) and "DEBUG" in ast.unparse(node.test):
            waiting[:0] = node.orelse
        elif isinstance(node, ast.Assign) and "websocket" in ast.unparse(node.targets[0]):
            continue
        elif isinstance(node, ast.Call) and syntax.called(node) in ("path", "re_path", "url"):
            yield node
        else:
            waiting[:0] = ast.iter_child_nodes(node)


def _route(call: ast.Call, literals: dict[str, ast.expr]) -> str | None:
    """Its path without a leading slash; None for one with parameters, or that is made up when it runs."""
    given = call.args[0] if call.args else None
    if isinstance(given, ast.Name):
        given = literals.get(given.id)
    if not isinstance(given, ast.Constant):
        return None
    text = syntax.text(given)
    if syntax.called(call) == "path":
        return None if "<" in text else text
    plain = re.sub(r"^\^|\$$|\\Z$", "", text).replace(r"\.", ".").replace(r"\-", "-")
    return plain if re.fullmatch(r"[\w./-]*", plain) else None
