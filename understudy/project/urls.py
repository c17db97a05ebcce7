"""Paths that a Django site answers on, from the source of its urls.py. Pure."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.project import logins, syntax
from understudy.project.tree import Tree

_MOST_LEVELS = 6
_PATTERNS = ("path", "re_path", "url")
# Packages whose urls answer on the folder that they are included in.
_ANSWERS = ("wagtail.urls", "wagtail.core.urls", "cms.urls")


@dataclass(frozen=True)
class Route:
    """path: of a page without parameters, such as /about/. place: file and line.

    leads_away: a visitor without a login is sent to another page.
    """

    path: str
    place: str
    leads_away: bool = False


def routes(tree: Tree, folder: str, root: str) -> list[Route]:
    """Pages that a GET without a login or parameters may reach. root: ROOT_URLCONF."""
    return list(dict.fromkeys(_module(tree, folder, root, "/", 0)))


@dataclass(frozen=True)
class _Urls:
    """One urls.py. names: what it imports. values: what it assigns."""

    tree: Tree
    folder: str
    path: str
    names: dict[str, str]
    values: dict[str, ast.expr]


def _module(tree: Tree, folder: str, name: str, prefix: str, level: int) -> Iterator[Route]:
    path = tree.module_file(name, folder)
    module = tree.module(path)
    if path is None or module is None or level > _MOST_LEVELS:
        return
    inside = path.removeprefix(folder).lstrip("/")
    names = {
        alias: syntax.absolute(what, inside) for alias, what in syntax.imported(module).items()
    }
    values = {one: value for one, value, _ in syntax.assigned(module.body)}
    urls = _Urls(tree, folder, path, names, values)
    yield from _listed(urls, list(_lists(module.body)), prefix, level)


def _lists(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """What `urlpatterns` is made of on a server: what is below `if DEBUG` is left out."""
    for statement in body:
        match statement:
            case ast.If(test=test, body=inner, orelse=other):
                yield from _lists(other if "DEBUG" in ast.unparse(test) else [*inner, *other])
            case ast.Assign(targets=[ast.Name(id="urlpatterns")], value=value):
                yield value
            case ast.AnnAssign(target=ast.Name(id="urlpatterns"), value=ast.expr() as value):
                yield value
            case ast.AugAssign(target=ast.Name(id="urlpatterns"), value=value):
                yield value
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id="urlpatterns"))) as call
            ):
                yield from call.args


def _listed(urls: _Urls, lists: list[ast.AST], prefix: str, level: int) -> Iterator[Route]:
    """The routes of lists of patterns, also of those that are given by a name of this file."""
    if level > _MOST_LEVELS:
        return
    # `urlpatterns = urlpatterns + […]`: all that is assigned to it is in the lists.
    waiting, seen = list(lists), {"urlpatterns"}
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Call) and syntax.called(node) in _PATTERNS:
            yield from _pattern(urls, node, prefix, level)
        elif isinstance(node, ast.Name):
            if node.id in urls.values and node.id not in seen:
                seen.add(node.id)
                waiting.insert(0, urls.values[node.id])
        else:
            waiting[:0] = ast.iter_child_nodes(node)


def _pattern(urls: _Urls, call: ast.Call, prefix: str, level: int) -> Iterator[Route]:
    route = _route(call, urls.values)
    if route is None or len(call.args) < 2:
        return
    place, target = f"{urls.path}:{call.lineno}", call.args[1]
    whole = prefix + route.lstrip("/")
    if isinstance(target, ast.Call) and syntax.called(target) == "include":
        yield from _included(urls, target, whole, place, level + 1)
    elif syntax.dotted(target).endswith("site.urls"):
        yield Route(f"{whole.rstrip('/')}/login/", place)
    elif re.fullmatch(r"[A-Za-z0-9._~/-]*", whole):
        yield Route(whole, place, logins.leads_away(urls.tree, _file_of(urls, target), target))


def _file_of(urls: _Urls, view: ast.expr) -> str | None:
    """The file that defines the view, as `views.home` or by its own imported name."""
    dotted = syntax.dotted(view.func if isinstance(view, ast.Call) else view)
    module = urls.names.get(dotted.partition(".")[0], "")
    tree, folder = urls.tree, urls.folder
    return tree.module_file(module, folder) or tree.module_file(module.rpartition(".")[0], folder)


def _included(
    urls: _Urls, target: ast.Call, prefix: str, place: str, level: int
) -> Iterator[Route]:
    given = target.args[0] if target.args else None
    if isinstance(given, ast.Tuple) and given.elts:
        given = given.elts[0]
    if isinstance(given, ast.List) or (isinstance(given, ast.Name) and given.id in urls.values):
        yield from _listed(urls, [given], prefix, level)
        return
    name = syntax.text(given) or _full(syntax.dotted(given) if given else "", urls.names)
    if name in _ANSWERS:
        yield Route(prefix, place)
    yield from _module(urls.tree, urls.folder, name, prefix, level)


def _full(name: str, names: dict[str, str]) -> str:
    first, dot, rest = name.partition(".")
    return f"{names.get(first, first)}{dot}{rest}"


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
