"""The settings of a Django project as its source gives them: every name with its last value. Pure.

Files that are imported with `*` are followed, also as `include()` of django-split-settings does; branches
are taken as on a server.
"""

import ast
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from understudy.project import flags, syntax
from understudy.project.evaluation import Names
from understudy.project.meanings import is_database_url
from understudy.project.scope import Scope
from understudy.project.tree import Tree, folder_of, join
from understudy.project.variables import Read, Reader

_MOST_LEVELS = 10


@dataclass(frozen=True)
class Setting:
    """The last value that a name gets."""

    name: str
    value: ast.expr
    path: str
    line: int

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Change:
    """keys: the texts by which a part of a setting is reached, such as ("default", "NAME")."""

    keys: tuple[str, ...]
    value: ast.expr
    path: str


@dataclass(frozen=True)
class Flag:
    """A variable that chooses a branch. The branch for servers is taken if the test is wanted."""

    read: Read
    test: ast.expr
    wanted: bool


@dataclass
class Settings:
    """apps: the texts in INSTALLED_APPS and other lists of apps -> their places. reads: all variables.

    flags: variables that must be set for the branches that were taken. readers: of each file.
    changes: settings whose parts are set later, as by DATABASES["default"]["NAME"] = … -> these values.
    calls: statements that only call something, each with its file.
    """

    by_name: dict[str, Setting] = field(default_factory=dict)
    apps: dict[str, str] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    changes: dict[str, list[Change]] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)
    calls: list[tuple[ast.Call, str]] = field(default_factory=list)

    def constant(self, name: str) -> object:
        setting = self.by_name.get(name)
        return syntax.constant(setting.value) if setting else None

    def items(self, node: ast.AST | None) -> dict[str, ast.expr]:
        """A literal mapping's entries, also if it's given by another name."""
        if isinstance(node, ast.Name) and node.id in self.by_name:
            return syntax.items(self.by_name[node.id].value)
        return syntax.items(node)

    def names(self) -> Names:
        """For working out what a setting is on a server, where DEBUG is off."""
        return Names({}, fixed={"DEBUG": False}, find=self._find)

    def text_of(self, read: Read, wanted: bool) -> str | None:
        scope = self.readers[read.path].scope
        return flags.text_of_read(read, wanted, scope, self.names())

    def _find(self, name: str, scope: Scope) -> tuple[ast.expr, Scope] | None:
        setting = self.by_name.get(name)
        if setting and scope.path in self.readers:
            return setting.value, self.readers[setting.path].scope
        return scope.value(name)

    def entries(self, name: str) -> dict[str, ast.expr]:
        return self.items(self.by_name[name].value) if name in self.by_name else {}

    def reads_of(self, name: str, seen: frozenset[str] = frozenset()) -> list[Read]:
        """The variables that a setting is made of. seen: names on the way to it."""
        setting, seen = self.by_name.get(name), seen | {name}
        found = self.reads_in(setting.value, setting.path, seen) if setting else []
        for change in self.changes.get(name, ()):
            found += self.reads_in(change.value, change.path, seen)
        return found

    def reads_in(self, node: ast.AST, path: str, seen: frozenset[str] = frozenset()) -> list[Read]:
        """The variables that an expression of that file is made of, also by way of other names."""
        found = self.readers[path].reads(node)
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        for name in sorted(names & self.by_name.keys() - seen):
            found += self.reads_of(name, seen)
        return found


def read(tree: Tree, folder: str, path: str) -> Settings:
    """The settings of the module in that file. folder: where the names of modules start.

    Raises ConfigError for a file that is not Python.
    """
    found = Settings()
    _Walk(tree, folder, found).file(path)
    return found


class _Walk:
    def __init__(self, tree: Tree, folder: str, found: Settings) -> None:
        self._tree, self._folder, self._found = tree, folder, found

    def file(self, path: str, level: int = 0) -> None:
        if path in self._found.readers or level > _MOST_LEVELS:
            return
        module = self._tree.parse(path)
        self._found.readers[path] = Reader(Scope(path, module, self._tree, self._folder))
        self._body(module.body, path, level)

    def _body(self, body: list[ast.stmt], path: str, level: int) -> None:
        for statement in body:
            match statement:
                case ast.ImportFrom(names=[ast.alias(name="*")]):
                    self._import(statement, path, level)
                case ast.If():
                    self._branch(statement, path, level)
                case ast.Try(body=tried, orelse=other, finalbody=final):
                    self._body([*tried, *other, *final], path, level)
                case ast.With(body=inner):
                    self._body(inner, path, level)
                case ast.Expr(value=ast.Call() as call) if syntax.called(call) == "include":
                    self._include(call, path, level)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    pass
                case _:
                    self._statement(statement, path)

    def _statement(self, statement: ast.stmt, path: str) -> None:
        self._found.reads += self._found.readers[path].reads(statement)
        for name, value, line in syntax.assigned([statement]):
            self._found.by_name[name] = Setting(name, value, path, line)
            self._apps(name, value, path)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._found.calls.append((statement.value, path))
        match statement:
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self._apps(name, value, path)
            case ast.Assign(targets=[ast.Subscript() as target], value=value):
                self._change(target, value, path)
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=target, attr="update"), args=[value])
            ):
                self._change(target, value, path)

    def _change(self, target: ast.expr, value: ast.expr, path: str) -> None:
        keys: list[str] = []
        while isinstance(target, ast.Subscript):
            keys.insert(0, syntax.text(target.slice))
            target = target.value
        if isinstance(target, ast.Name):
            change = Change(tuple(keys), value, path)
            self._found.changes.setdefault(target.id, []).append(change)

    def _apps(self, name: str, value: ast.expr, path: str) -> None:
        if name.endswith("_APPS"):
            for one in ast.walk(value):
                if app := syntax.text(one):
                    self._found.apps.setdefault(app, f"{path}:{getattr(one, 'lineno', 1)}")

    def _import(self, statement: ast.ImportFrom, path: str, level: int) -> None:
        name = "." * statement.level + (statement.module or "")
        inside = path.removeprefix(self._folder).lstrip("/")
        if file := self._tree.module_file(syntax.absolute(name, inside), self._folder):
            self.file(file, level + 1)

    def _include(self, call: ast.Call, path: str, level: int) -> None:
        for argument in call.args:
            for pattern in syntax.texts(argument):
                wanted = join(folder_of(path), pattern)
                for file in sorted(self._tree.texts):
                    if fnmatchcase(file, wanted):
                        self.file(file, level + 1)

    def _branch(self, branch: ast.If, path: str, level: int) -> None:
        reads = self._found.readers[path].reads(branch.test)
        self._found.reads += reads
        given, lacking = branch.body, branch.orelse
        if _is_negated(branch.test):
            given, lacking = lacking, given
        match _taken(branch.test, self._found):
            case True:
                chosen = branch.body
            case False:
                chosen = branch.orelse
            case _ if any(is_database_url(one.name) for one in reads):
                chosen = given
            case _ if reads and _sets_what_servers_need(given):
                self._found.flags += self._flags(reads, branch, given)
                chosen = given
            case _ if reads:
                if _sets_what_servers_need(lacking) and self._misses(branch, path, lacking):
                    self._found.flags += self._flags(reads, branch, lacking)
                chosen = lacking
            case _:
                chosen = [*branch.body, *branch.orelse]
        self._body(chosen, path, level)

    def _flags(self, reads: list[Read], branch: ast.If, chosen: list[ast.stmt]) -> list[Flag]:
        return [Flag(read, branch.test, chosen is branch.body) for read in reads]

    def _misses(self, branch: ast.If, path: str, chosen: list[ast.stmt]) -> bool:
        """Whether the app takes the other branch if no variable is set."""
        scope = self._found.readers[path].scope
        taken = flags.outcome(None, "", branch.test, scope, self._found.names())
        return taken is not None and taken is not (chosen is branch.body)


def _taken(test: ast.expr, found: Settings) -> bool | None:
    """Whether a server takes the branch, where DEBUG is off and no tests run. None if that's not clear."""
    match test:
        case ast.Name(id="DEBUG"):
            return False
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            taken = _taken(operand, found)
            return None if taken is None else not taken
        case ast.Constant(value=value):
            return bool(value)
        case ast.BoolOp(values=values):
            known = [_taken(value, found) for value in values]
            if isinstance(test.op, ast.And):
                return False if False in known else None
            return True if True in known else None
    if any(syntax.dotted(one) in ("sys.argv", "TESTING") for one in ast.walk(test)):
        return False
    return None


def _is_negated(test: ast.expr) -> bool:
    """Whether the branch is for a variable that is not set."""
    match test:
        case ast.UnaryOp(op=ast.Not()) | ast.Compare(ops=[ast.NotIn()]):
            return True
    return False


def _sets_what_servers_need(body: list[ast.stmt]) -> bool:
    names = {name: value for name, value, _ in syntax.assigned(body)}
    return "SECRET_KEY" in names or syntax.constant(names.get("DEBUG")) is False
