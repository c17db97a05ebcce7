"""What the statements of a small function return, worked out without running it. Pure."""

import ast
from collections.abc import Callable
from typing import Any

ABSENT = object()
_MISTAKES = (ValueError, TypeError, KeyError, IndexError, AttributeError)


class CannotTell(Exception):
    """What is asked doesn't follow from the code and the environment alone."""


class AppFails(Exception):
    """The app would raise an error here."""


class Statements:
    """local: the names that have values in this call. Visiting an expression returns its value."""

    def __init__(self) -> None:
        self.local: dict[str, Any] = {}

    def visit(self, node: ast.expr) -> Any:
        """By the method of its kind, such as _ifexp."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise CannotTell
        return method(node)

    def returned(self, body: list[ast.stmt]) -> Any:
        found = self._body(body)
        return None if found is ABSENT else found

    def _body(self, body: list[ast.stmt]) -> Any:
        """What the statements return; ABSENT if they come to their end."""
        for statement in body:
            if (found := self._statement(statement)) is not ABSENT:
                return found
        return ABSENT

    def _statement(self, statement: ast.stmt) -> Any:
        match statement:
            case ast.Return(value=returned):
                return self.visit(returned) if returned else None
            case ast.If(test=test):
                return self._body(statement.body if self.visit(test) else statement.orelse)
            case ast.Raise():
                raise AppFails
            case ast.Try():
                return self._tried(statement)
            case ast.Assign(targets=[ast.Name(id=name)], value=assigned):
                self.local[name] = self.visit(assigned)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as assigned):
                self.local[name] = self.visit(assigned)
            case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Import() | ast.ImportFrom():
                pass
            case _:
                raise CannotTell
        return ABSENT

    def _tried(self, statement: ast.Try) -> Any:
        try:
            found = self._body([*statement.body, *statement.orelse])
        except AppFails:
            if not statement.handlers:
                raise
            return self._body(statement.handlers[0].body)
        return found

    def done(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except _MISTAKES:
            raise AppFails from None
