"""What an app's code makes of a variable of the environment: expressions and small functions, read and
worked out without running anything of the app. Pure.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from understudy.project import syntax
from understudy.project.conversions import BY_LAST_NAME, FUNCTIONS, METHODS, TYPES, by_method
from understudy.project.scope import Scope
from understudy.project.statements import ABSENT, AppFails, CannotTell, Statements

_MOST_LEVELS = 12
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_JOINED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.BitOr: operator.or_,
}
_GET = ("os.getenv", "os.environ.get")
# Of an argument that may not be needed.
_UNCLEAR = object()


@dataclass(frozen=True)
class Names:
    """What is known while an expression is worked out.

    environ: the variables that are set. asked: names of those that the code looks at, in their order, also of
    those that are not set. compared: texts that something was compared with. fixed: names whose value is
    known. find: the expression that a name of a file has as its value.
    """

    environ: Mapping[str, str]
    asked: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    fixed: Mapping[str, object] = field(default_factory=dict)
    find: Callable[[str, Scope], tuple[ast.expr, Scope] | None] = lambda name, scope: scope.value(
        name
    )


def value(node: ast.expr, scope: Scope, names: Names) -> Any:
    """Raises CannotTell and AppFails."""
    return _Evaluation(scope, names).visit(node)


class _Evaluation(Statements):
    """Of expressions in one file, or in one call of a function in it."""

    def __init__(self, scope: Scope, names: Names, level: int = 0) -> None:
        if level > _MOST_LEVELS:
            raise CannotTell
        super().__init__()
        self._scope, self._names, self._level = scope, names, level

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.local:
            return self._clear(self.local[node.id])
        if node.id in self._names.fixed:
            return self._names.fixed[node.id]
        if found := self._names.find(node.id, self._scope):
            return _Evaluation(found[1], self._names, self._level + 1).visit(found[0])
        raise CannotTell

    def _list(self, node: ast.List | ast.Tuple | ast.Set) -> list[Any]:
        return [self.visit(one) for one in node.elts]

    # In their order, so that the first text of a set is the first one in the code.
    _tuple = _set = _list

    def _dict(self, node: ast.Dict) -> dict[Any, Any]:
        pairs = zip(node.keys, node.values, strict=True)
        return {self.visit(key): self.visit(one) for key, one in pairs if key}

    def _boolop(self, node: ast.BoolOp) -> Any:
        found = None
        for one in node.values:
            found = self.visit(one)
            if bool(found) == isinstance(node.op, ast.Or):
                break
        return found

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.Not):
            return not self.visit(node.operand)
        raise CannotTell

    def _binop(self, node: ast.BinOp) -> Any:
        if join := _JOINED.get(type(node.op)):
            return self.done(join, self.visit(node.left), self.visit(node.right))
        raise CannotTell

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.visit(node.body if self.visit(node.test) else node.orelse)

    def _joinedstr(self, node: ast.JoinedStr) -> str:
        return "".join(str(self.visit(one)) for one in node.values)

    def _formattedvalue(self, node: ast.FormattedValue) -> Any:
        return self.visit(node.value)

    def _namedexpr(self, node: ast.NamedExpr) -> Any:
        self.local[node.target.id] = found = self.visit(node.value)
        return found

    def _compare(self, node: ast.Compare) -> bool:
        left, is_true = node.left, True
        for how, right in zip(node.ops, node.comparators, strict=True):
            if self._scope.is_environ(right):
                name = str(self.visit(left))
                is_true &= (self._variable(name) is not ABSENT) == isinstance(how, ast.In)
            else:
                one, other = self.visit(left), self.visit(right)
                self._names.compared.extend(_texts(other))
                is_true &= bool(self.done(_COMPARED[type(how)], one, other))
            left = right
        return is_true

    def _subscript(self, node: ast.Subscript) -> Any:
        if self._scope.is_environ(node.value):
            if (found := self._variable(str(self.visit(node.slice)))) is ABSENT:
                raise AppFails
            return found
        return self.done(operator.getitem, self.visit(node.value), self.visit(node.slice))

    def _call(self, node: ast.Call) -> Any:
        name = syntax.dotted(node.func)
        full = self._scope.full_name(name)
        before, _, method = name.rpartition(".")
        if full in _GET or (method == "get" and self._is_environ_method(node)):
            return self._got(node)
        if before in self._scope.readers or name in self._scope.readers | self._scope.configs:
            return self._by_library(node, method if before else "")
        if found := self._scope.function(name):
            return self._of_app(found[0], found[1], node)
        if full == "isinstance":
            return self._is_instance(node)
        if function := FUNCTIONS.get(full) or BY_LAST_NAME.get(method or name):
            return self.done(function, *map(self.visit, node.args))
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            owner = self.visit(node.func.value)
            return self.done(by_method, owner, node.func.attr, *map(self.visit, node.args))
        raise CannotTell

    def _is_instance(self, node: ast.Call) -> bool:
        types = {"bool": bool, "str": str, "int": int}
        owner, kind = node.args
        if syntax.dotted(kind) not in types:
            raise CannotTell
        return isinstance(self.visit(owner), types[syntax.dotted(kind)])

    def _is_environ_method(self, node: ast.Call) -> bool:
        return isinstance(node.func, ast.Attribute) and self._scope.is_environ(node.func.value)

    def _got(self, node: ast.Call) -> Any:
        """os.environ.get(NAME, default)."""
        first = node.args[0] if node.args else syntax.keyword(node, "key")
        default = node.args[1] if len(node.args) > 1 else syntax.keyword(node, "default")
        if first is None:
            raise CannotTell
        if (found := self._variable(str(self.visit(first)))) is ABSENT:
            return self.visit(default) if default else None
        return found

    def _by_library(self, node: ast.Call, method: str) -> Any:
        """env.bool(NAME), config(NAME, cast=bool) and the like. A default is of the type already."""
        name = str(self.visit(node.args[0])) if node.args else ""
        cast, default = self._declared(name)
        for second in node.args[1:2]:
            if syntax.dotted(second) in TYPES:
                cast = second
            else:
                default = second
        default = syntax.keyword(node, "default") or default
        if (found := self._variable(name)) is not ABSENT:
            return self._converted(found, syntax.keyword(node, "cast") or cast, method)
        if default is None:
            raise AppFails
        return self.visit(default)

    def _declared(self, name: str) -> tuple[ast.expr | None, ast.expr | None]:
        """Type and default of Env(DEBUG=(bool, False)), or of Env(DEBUG=bool)."""
        match self._scope.schemes.get(name):
            case ast.Tuple(elts=[cast, default]):
                return cast, default
            case cast:
                return cast, None

    def _converted(self, text: str, cast: ast.expr | None, method: str) -> Any:
        if method in TYPES or (cast is None and method in ("", "str")):
            return self.done(TYPES.get(method, str), text)
        if isinstance(cast, ast.Name) and cast.id in TYPES:
            return self.done(TYPES[cast.id], text)
        if isinstance(cast, ast.Lambda) and len(cast.args.args) == 1:
            inner = self._inner(self._scope)
            inner.local = {**self.local, cast.args.args[0].arg: text}
            return inner.visit(cast.body)
        if cast is not None:
            call = ast.Call(func=cast, args=[ast.Constant(value=text)], keywords=[])
            return self.visit(call)
        raise CannotTell

    def _variable(self, name: str) -> Any:
        self._names.asked.append(name)
        return self._names.environ.get(name, ABSENT)

    def _inner(self, scope: Scope) -> "_Evaluation":
        return _Evaluation(scope, self._names, self._level + 1)

    def _of_app(self, function: ast.FunctionDef, scope: Scope, call: ast.Call) -> Any:
        """What a function of the app returns for these arguments."""
        inner = self._inner(scope)
        wanted, rest = function.args, function.args.args
        if wanted.vararg or wanted.kwarg or len(call.args) > len(rest):
            raise CannotTell
        late = zip(reversed(rest), reversed(wanted.defaults), strict=False)
        named = zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True)
        for argument, default in (*late, *named):
            if default is not None:
                inner.local[argument.arg] = inner.if_clear(default)
        for argument, one in zip(rest, call.args, strict=False):
            inner.local[argument.arg] = self.if_clear(one)
        for given in call.keywords:
            inner.local[str(given.arg)] = self.if_clear(given.value)
        if any(one.arg not in inner.local for one in (*rest, *wanted.kwonlyargs)):
            raise AppFails
        return inner.returned(function.body)

    def if_clear(self, node: ast.expr) -> Any:
        try:
            return self.visit(node)
        except CannotTell:
            return _UNCLEAR

    def _clear(self, found: Any) -> Any:
        if found is _UNCLEAR:
            raise CannotTell
        return found


def _texts(value: Any) -> list[str]:
    many = list(value) if isinstance(value, list | dict) else [value]
    return [one for one in many if isinstance(one, str)]


def with_environ(names: Names, environ: Mapping[str, str]) -> Names:
    return replace(names, environ=environ, asked=[], compared=[])
