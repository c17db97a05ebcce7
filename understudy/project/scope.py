"""What the names in one Python file of an app mean: its functions and values, and what it imports of the app's
other files. Pure.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from understudy.project import syntax
from understudy.project.tree import Tree

_MOST_IMPORTS = 5
# Classes whose objects read variables: of django-environ and environs; of decouple and starlette.
_READERS = ("Env", "FileAwareEnv")
_CONFIGS = ("Config", "AutoConfig", "RepositoryEnv")


@dataclass(frozen=True)
class Scope:
    """folder: where the names of the app's modules start."""

    path: str
    module: ast.Module
    tree: Tree | None = None
    folder: str = ""

    @cached_property
    def imported(self) -> dict[str, str]:
        return syntax.imported(self.module)

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """Not the methods of classes."""
        return {one.name: one for one in _functions(self.module)}

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """The last value of each name."""
        return {name: value for name, value, _ in syntax.assigned(self.module.body)}

    @cached_property
    def readers(self) -> set[str]:
        """Names such as `env`, of django-environ and environs."""
        made = {name for name, value in self.values.items() if syntax.called(value) in _READERS}
        return made | ({"env", "environ"} & self.imported.keys())

    @cached_property
    def configs(self) -> set[str]:
        """Names such as `config`, of decouple and starlette."""
        made = {name for name, value in self.values.items() if syntax.called(value) in _CONFIGS}
        return made | {name for name, what in self.imported.items() if what == "decouple.config"}

    @cached_property
    def schemes(self) -> dict[str, ast.expr]:
        """Variables that Env(DEBUG=(bool, False)) declares, with its value."""
        calls = (one for one in self.values.values() if syntax.called(one) in _READERS)
        return {
            one.arg: one.value
            for call in calls
            if isinstance(call, ast.Call)
            for one in call.keywords
            if one.arg
        }

    def full_name(self, name: str) -> str:
        """`json.loads` of a name that was imported from json."""
        first, dot, rest = name.partition(".")
        return f"{self.imported.get(first, first)}{dot}{rest}"

    def is_environ(self, node: ast.AST) -> bool:
        name = syntax.dotted(node)
        alias = syntax.dotted(self.values[name]) if name in self.values else name
        return self.full_name(alias) == "os.environ"

    def function(self, name: str, level: int = 0) -> tuple[ast.FunctionDef, "Scope"] | None:
        """A function of the app by that name, and the scope of its file."""
        if name in self.functions:
            return self.functions[name], self
        for scope, there in self._elsewhere(name, level):
            if found := scope.function(there, level + 1):
                return found
        return None

    def value(self, name: str, level: int = 0) -> tuple[ast.expr, "Scope"] | None:
        if name in self.values:
            return self.values[name], self
        for scope, there in self._elsewhere(name, level):
            if found := scope.value(there, level + 1):
                return found
        return None

    def _elsewhere(self, name: str, level: int) -> Iterator[tuple[Self, str]]:
        """The files of the app that a name may come from, each with the name there."""
        if level > _MOST_IMPORTS:
            return
        full = self.full_name(name)
        if full != name or name in self.imported:
            module, _, there = full.rpartition(".")
            yield from ((scope, there) for scope in self._scope(module or "."))
        if "." not in name:
            for module in _with_star(self.module):
                yield from ((scope, name) for scope in self._scope(module))

    def _scope(self, module: str) -> Iterator[Self]:
        inside = self.path.removeprefix(self.folder).lstrip("/")
        if self.tree is None:
            return
        path = self.tree.module_file(syntax.absolute(module, inside), self.folder)
        if path and (parsed := self.tree.module(path)):
            yield type(self)(path, parsed, self.tree, self.folder)


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child
        if not isinstance(child, ast.ClassDef | ast.expr):
            yield from _functions(child)


def _with_star(module: ast.Module) -> Iterator[str]:
    """The modules whose names a file imports with `*`."""
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            yield "." * node.level + (node.module or "")
