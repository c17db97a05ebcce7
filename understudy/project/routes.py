"""Paths that a Flask, FastAPI, Starlette or Quart app answers on, from its source. Pure."""

import ast
import re
from collections.abc import Iterator

from understudy.project import routers, syntax
from understudy.project.routers import Routers
from understudy.project.tree import Tree
from understudy.project.urls import Route

_DECORATORS = ("route", "get")
# A page behind a login redirects, which is an answer; an API behind one refuses.
_GUARDS = ("login_required", "jwt_required", "requires")


def routes(tree: Tree) -> list[Route]:
    """Pages without parameters that a GET may reach."""
    known = routers.read(tree)
    found: list[Route] = []
    for path, module in tree.modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found += _decorated(node, path, module, known)
            elif isinstance(node, ast.Call) and syntax.called(node) == "Route":
                found += _starlette(node, path)
    return list(dict.fromkeys(found))


def _decorated(
    node: ast.FunctionDef | ast.AsyncFunctionDef, path: str, module: ast.Module, known: Routers
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
        prefix = known.prefix(routers.full_name(router, path, module))
        if prefix is None:
            continue
        whole = prefix.rstrip("/") + syntax.text(call.args[0])
        if re.fullmatch(r"/[A-Za-z0-9._~/-]*", whole):
            yield Route(whole, f"{path}:{call.lineno}")


def _starlette(call: ast.Call, path: str) -> Iterator[Route]:
    route = syntax.text(call.args[0]) if call.args else ""
    methods = syntax.texts(syntax.keyword(call, "methods"))
    if re.fullmatch(r"/[A-Za-z0-9._~/-]*", route) and (not methods or "GET" in methods):
        yield Route(route, f"{path}:{call.lineno}")
