"""Paths that a Flask, FastAPI, Starlette or Quart app answers on, from its source. Pure."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.project import syntax
from understudy.project.tree import Tree
from understudy.project.urls import Route

_DECORATORS = ("route", "get")
_WITH_PREFIX = {"Blueprint": "url_prefix", "APIRouter": "prefix"}
_INCLUDES = {"register_blueprint": "url_prefix", "include_router": "prefix"}
_MOST_LEVELS = 10
# A page behind a login redirects, which is an answer; an API behind one refuses.
_GUARDS = ("login_required", "jwt_required", "requires")


def routes(tree: Tree) -> list[Route]:
    """Pages without parameters that a GET may reach."""
    includes = _includes(tree)
    found: list[Route] = []
    for path, module in tree.modules.items():
        own = dict(_routers(module, tree))
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found += _decorated(node, path, own, includes)
            elif isinstance(node, ast.Call) and syntax.called(node) == "Route":
                found += _starlette(node, path)
    return list(dict.fromkeys(found))


def _routers(module: ast.Module, tree: Tree) -> Iterator[tuple[str, str | None]]:
    """Names of blueprints and routers -> their own prefix; None for one that isn't literal."""
    for name, value, _ in syntax.assigned(module.body):
        if isinstance(value, ast.Call) and syntax.called(value) in _WITH_PREFIX:
            yield name, _literal(syntax.keyword(value, _WITH_PREFIX[syntax.called(value)]), tree)


@dataclass(frozen=True)
class _Include:
    """A router is included under a prefix, None for one that isn't literal, by an app or another router."""

    by: str
    prefix: str | None


def _includes(tree: Tree) -> dict[str, _Include]:
    """By `module.name`, as routers are mostly written when they're included."""
    found = {}
    for path, module in tree.modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and syntax.called(node) in _INCLUDES and node.args:
                prefix = _literal(syntax.keyword(node, _INCLUDES[syntax.called(node)]), tree)
                by = syntax.dotted(node.func).rpartition(".")[0]
                name = _full_name(syntax.dotted(node.args[0]), path, module)
                found[name] = _Include(_full_name(by, path, module), prefix)
    return found


def _full_name(name: str, path: str, module: ast.Module) -> str:
    """The last part of the module's name, and the router's: `users.router`."""
    first, dot, rest = name.partition(".")
    full = syntax.imported(module).get(first)
    whole = f"{full}{dot}{rest}" if full else f"{_stem(path)}.{name}"
    return ".".join(whole.rsplit(".", 2)[-2:])


def _stem(path: str) -> str:
    return path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]


def _literal(value: ast.expr | None, tree: Tree) -> str | None:
    """A literal text, also by a name or attribute that one place gives a literal text. "" for no value."""
    if value is None:
        return ""
    if text := syntax.text(value):
        return text
    name = syntax.dotted(value).rpartition(".")[2]
    texts = {
        syntax.text(one)
        for module in tree.modules.values()
        for body in _bodies(module)
        for found, one, _ in syntax.assigned(body)
        if name and found == name
    }
    return texts.pop() or None if len(texts) == 1 else None


def _bodies(module: ast.Module) -> Iterator[list[ast.stmt]]:
    yield module.body
    yield from (node.body for node in module.body if isinstance(node, ast.ClassDef))


def _prefix(name: str, includes: dict[str, _Include], level: int = 0) -> str | None:
    """Of all that includes a router, from the app on."""
    include = includes.get(name)
    if include is None:
        return ""
    above = _prefix(include.by, includes, level + 1) if level < _MOST_LEVELS else None
    return None if above is None or include.prefix is None else above + include.prefix


def _decorated(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    path: str,
    own: dict[str, str | None],
    includes: dict[str, _Include],
) -> Iterator[Route]:
    if any(guard in ast.unparse(one) for one in node.decorator_list for guard in _GUARDS):
        return
    for call in node.decorator_list:
        if (
            not isinstance(call, ast.Call)
            or syntax.called(call) not in _DECORATORS
            or not call.args
        ):
            continue
        methods = syntax.texts(syntax.keyword(call, "methods"))
        if methods and "GET" not in methods:
            continue
        router = syntax.dotted(call.func).rpartition(".")[0]
        around, inner = _prefix(f"{_stem(path)}.{router}", includes), own.get(router, "")
        if around is None or inner is None:
            continue
        whole = f"{around}{inner}".rstrip("/") + syntax.text(call.args[0])
        if re.fullmatch(r"/[A-Za-z0-9._~/-]*", whole):
            yield Route(whole, f"{path}:{call.lineno}")


def _starlette(call: ast.Call, path: str) -> Iterator[Route]:
    route = syntax.text(call.args[0]) if call.args else ""
    methods = syntax.texts(syntax.keyword(call, "methods"))
    if re.fullmatch(r"/[A-Za-z0-9._~/-]*", route) and (not methods or "GET" in methods):
        yield Route(route, f"{path}:{call.lineno}")
