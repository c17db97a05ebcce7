"""Which views of Django send visitors elsewhere, mostly to a login, by their source. Pure."""

import ast
import re

from understudy.project import syntax
from understudy.project.tree import Tree

_NEEDS_LOGIN = re.compile(r"(login|staff_member|superuser|permission)s?_required|user_passes_test")
_MIXINS = re.compile(r"(Login|Permission)Required|UserPassesTest|Redirect(View|Router)")


def leads_away(tree: Tree, path: str | None, view: ast.expr) -> bool:
    """Whether a visitor without a login is redirected. view: as a pattern has it. path: of the file that
    defines it, None if that's not the app's.
    """
    if _NEEDS_LOGIN.search(called := ast.unparse(view)) or called.startswith("RedirectView."):
        return True
    module, name = tree.module(path), _name(view)
    for node in module.body if module else ():
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return _is_for_users(node)
    return False


def _name(view: ast.expr) -> str:
    """`Home` of views.Home.as_view(), `home` of views.home."""
    dotted = syntax.dotted(view.func if isinstance(view, ast.Call) else view)
    return dotted.removesuffix(".as_view").rpartition(".")[2]


def _is_for_users(view: ast.ClassDef | ast.FunctionDef) -> bool:
    if any(_NEEDS_LOGIN.search(ast.unparse(one)) for one in view.decorator_list):
        return True
    if isinstance(view, ast.ClassDef):
        return any(_MIXINS.search(syntax.dotted(base)) for base in view.bases)
    # `if not request.user.is_authenticated: return redirect("login")`
    return any(
        ast.unparse(statement.test).startswith("not ")
        and "is_authenticated" in ast.unparse(statement.test)
        and any(
            isinstance(inner, ast.Return) and "redirect" in ast.unparse(inner).lower()
            for inner in statement.body
        )
        for statement in view.body
        if isinstance(statement, ast.If)
    )
