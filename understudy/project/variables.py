"""Which environment variables Python code reads: os.environ, django-environ and environs, decouple,
starlette's Config, dj-database-url, pydantic's settings, and functions that wrap these. Pure.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.project import syntax
from understudy.project.evaluation import Names, value
from understudy.project.scope import Scope
from understudy.project.statements import AppFails, CannotTell

_SECRET = re.compile(
    r"SECRET|PASSW|PASSPHRASE|TOKEN|API_?KEY|PRIVATE|CREDENTIAL|DSN|SALT|(^|_)KEY$|_KEY_"
)
# Secrets that no one else has to know: each host can make up its own.
_MADE_UP = re.compile(
    r"((APP|COOKIE|CSRF|DJANGO|FLASK|JWT|QUART|SESSION|SITE|WEB)_)?SECRET(_KEY)?|"
    r"(\w+_)?PASSWORD_SALT|(\w+_)?SIGNING_KEY"
)
# env.db() without a name, and others: django-environ.
_BY_METHOD = {
    "db": "DATABASE_URL",
    "db_url": "DATABASE_URL",
    "dj_db_url": "DATABASE_URL",
    "cache": "CACHE_URL",
    "cache_url": "CACHE_URL",
    "email_url": "EMAIL_URL",
    "search_url": "SEARCH_URL",
}
_LISTS = re.compile(r"(typing\.)?(list|set|tuple|frozenset|sequence)\b", re.IGNORECASE)
_GET = ("os.getenv", "getenv", "os.environ.get", "environ.get")
_NOT_READS = {"read_env", "read_envfile", "prefixed", "seal", "register", "get"}


@dataclass(frozen=True)
class Read:
    """A variable that is read. required: without it, reading fails. default: its literal text, or "".

    is_json: its value is a list in JSON, as pydantic reads one. kind: of a field of pydantic, such as `bool`.
    """

    name: str
    path: str
    line: int
    required: bool
    default: str = ""
    is_json: bool = False
    kind: str = ""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


def looks_secret(name: str) -> bool:
    return bool(_SECRET.search(name))


def can_be_made_up(name: str) -> bool:
    return bool(_MADE_UP.fullmatch(name))


class Reader:
    """Finds where one file reads variables."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._path, self._tree = scope.path, scope.module
        self._wrappers = dict(_wrappers(scope.module))

    def reads(self, node: ast.AST | None = None) -> list[Read]:
        """All that is read in a part of the file; in all of it without one."""
        found = [read for one in ast.walk(node or self._tree) for read in self._of(one)]
        return sorted(found, key=lambda read: read.line)

    def _of(self, node: ast.AST) -> Iterator[Read]:
        match node:
            case ast.Subscript(value=value, slice=key, ctx=ast.Load()) if self.scope.is_environ(
                value
            ):
                yield from self._read(syntax.text(key), node, required=True)
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]) if (
                self.scope.is_environ(right)
            ):
                yield from self._read(syntax.text(left), node, required=False)
            case ast.Call():
                yield from self._call(node)
            case ast.ClassDef(bases=bases) if any(
                syntax.dotted(base).endswith("Settings") for base in bases
            ):
                yield from self._pydantic(node)

    def _call(self, call: ast.Call) -> Iterator[Read]:
        function = syntax.dotted(call.func)
        before, _, method = function.rpartition(".")
        name = syntax.text(call.args[0]) if call.args else syntax.text(syntax.keyword(call, "env"))
        has_default = len(call.args) > 1 or syntax.keyword(call, "default") is not None
        if function in _GET:
            yield from self._read(name, call, required=False)
        elif function == "dj_database_url.config":
            yield from self._read(name or "DATABASE_URL", call, required=not has_default)
        elif self.scope.function(function):
            yield from self._through(call, function, name)
        elif function in self.scope.configs:
            yield from self._read(name, call, required=not has_default)
        elif function in self.scope.readers or (
            before in self.scope.readers and method not in _NOT_READS
        ):
            name = name or _BY_METHOD.get(method, "")
            has_default = (
                syntax.keyword(call, "default") is not None
                or name in self.scope.schemes
                or (len(call.args) > 1 and method not in ("list",))
            )
            yield from self._read(name, call, required=not has_default)

    def _through(self, call: ast.Call, function: str, name: str) -> Iterator[Read]:
        """What a function of the app reads if it's called so."""
        names, fails = Names({}), False
        try:
            value(call, self.scope, names)
        except AppFails:
            fails = True
        except CannotTell:
            if not names.asked and function in self._wrappers:
                yield from self._read(name, call, required=self._wrappers[function])
        for asked in names.asked:
            yield from self._read(asked, call, required=fails and asked == names.asked[-1])

    def _read(self, name: str, node: ast.AST, *, required: bool) -> Iterator[Read]:
        if re.fullmatch(r"[A-Za-z_]\w*", name):
            default = ""
            if isinstance(node, ast.Call):
                second = node.args[1] if len(node.args) > 1 else None
                given = syntax.keyword(node, "default") or second
                default = str(value) if (value := syntax.constant(given)) is not None else ""
            line = getattr(node, "lineno", 1)
            yield Read(
                name.upper() if name.islower() else name, self._path, line, required, default
            )

    def _pydantic(self, node: ast.ClassDef) -> Iterator[Read]:
        """The fields of a pydantic BaseSettings, which are variables of their names."""
        prefix = ""
        for one in ast.walk(node):
            match one:
                case ast.keyword(arg="env_prefix"):
                    prefix = syntax.text(one.value)
                case ast.Assign(targets=[ast.Name(id="env_prefix")]):
                    prefix = syntax.text(one.value)
        for field in node.body:
            match field:
                # A text that is put together of other fields is no setting of its own.
                case ast.AnnAssign(value=ast.JoinedStr()):
                    continue
                case ast.AnnAssign(target=ast.Name(id=name)) if name != "model_config":
                    value = field.value
                    required = value is None or (
                        syntax.called(value) == "Field"
                        and isinstance(value, ast.Call)
                        and not value.args
                        and not {"default", "default_factory"} & {one.arg for one in value.keywords}
                    )
                    default = syntax.text(value)
                    full = f"{prefix}{name}".upper()
                    kind = ast.unparse(field.annotation)
                    is_json = bool(_LISTS.match(kind))
                    yield Read(full, self._path, field.lineno, required, default, is_json, kind)


def _wrappers(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Functions that return the variable which their first argument names, and whether it must be set."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.args.args:
            first = function.args.args[0].arg
            reads = [node for node in ast.walk(function) if _reads_by_name(node, first)]
            if reads:
                # What has a default of its own need not be set.
                is_required = not function.args.defaults and any(
                    isinstance(node, ast.Subscript) for node in reads
                )
                yield function.name, is_required


def _reads_by_name(node: ast.AST, argument: str) -> bool:
    match node:
        case ast.Subscript(value=value, slice=ast.Name(id=name)):
            return name == argument and syntax.dotted(value).endswith("environ")
        case ast.Call(func=function, args=[ast.Name(id=name), *_]):
            return name == argument and syntax.dotted(function) in _GET
    return False
