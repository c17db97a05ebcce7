"""Paths that a Flask, FastAPI, Starlette or Quart app answers on, from its source. Pure."""

import ast
import re
from collections.abc import Iterator

from understudy.project import syntax
from understudy.project.tree import Tree
from understudy.project.urls import Route

_DECORATORS = ("route", "get")
_WITH_PREFIX = {"Blueprint": "url_prefix", "APIRouter": "prefix"}
_INCLUDES = {"register_blueprint": "url_prefix", "include_router": "prefix"}
# A page behind a login redirects, which is an answer; an API behind one refuses.
_GUARDS = ("login_required", "jwt_required", "requires")


def routes(tree: Tree) -> list[Route]:
    """Pages without parameters that a GET may reach."""
    prefixes = dict(_prefixes(tree))
    found: list[Route] = []
    for path, module in tree.modules.items():
        own = dict(_routers(module))
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found += _decorated(node, path, own, prefixes)
            elif isinstance(node, ast.Call) and syntax.called(node) == "Route":
                found += _starlette(node, path)
    return list(dict.fromkeys(found))


def _routers(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Names of blueprints and routers -> their own prefix."""
    for name, value, _ in syntax.assigned(module.body):
        if isinstance(value, ast.Call) and syntax.called(value) in _WITH_PREFIX:
            yield name, syntax.text(syntax.keyword(value, _WITH_PREFIX[syntax.called(value)]))


def _prefixes(tree: Tree) -> Iterator[tuple[str, str]]:
    """The last parts of names that are included -> the prefix given there."""
    for module in tree.modules.values():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and syntax.called(node) in _INCLUDES and node.args:
                prefix = syntax.text(syntax.keyword(node, _INCLUDES[syntax.called(node)]))
                if prefix:
                    yield syntax.dotted(node.args[0]), prefix


def _decorated(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    path: str,
    own: dict[str, str],
    prefixes: dict[str, str],
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
        route = syntax.text(call.args[0])
        if methods and "GET" not in methods:
            continue
        router = syntax.dotted(call.func).rpartition(".")[0]
        prefix = _prefix(router, path, own, prefixes)
        whole = f"{prefix.rstrip('/')}{route}" if route or prefix else ""
        if re.fullmatch(r"/[A-Za-z0-9._~/-]*", whole):
            yield Route(whole, f"{path}:{call.lineno}")


def _prefix(router: str, path: str, own: dict[str, str], prefixes: dict[str, str]) -> str:
    """A router is included by its name, or as `module.router`."""
    module = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    given = prefixes.get(f"{module}.{router}") or prefixes.get(router, "")
    return f"{given}{own.get(router, '')}" if router in own and not given else given


def _starlette(call: ast.Call, path: str) -> Iterator[Route]:
    route = syntax.text(call.args[0]) if call.args else ""
    methods = syntax.texts(syntax.keyword(call, "methods"))
    if re.fullmatch(r"/[A-Za-z0-9._~/-]*", route) and (not methods or "GET" in methods):
        yield Route(route, f"{path}:{call.lineno}")
