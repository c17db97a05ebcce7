"""Under which prefix a blueprint or router answers, from its definition and from what includes it. Pure."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from understudy.project import syntax
from understudy.project.tree import Tree

_WITH_PREFIX = {"Blueprint": "url_prefix", "APIRouter": "prefix"}
_INCLUDES = {"register_blueprint": "url_prefix", "include_router": "prefix"}
_MOST_LEVELS = 10


@dataclass(frozen=True)
class _Include:
    """A router is included under a prefix, None for one that isn't literal, by an app or another router."""

    by: str
    prefix: str | None


@dataclass(frozen=True)
class Routers:
    """By `module.name`, as routers are mostly written when they're included.

    own: their own prefixes, "" for none, None for one that isn't literal.
    """

    own: Mapping[str, str | None]
    includes: Mapping[str, _Include]
    blueprints: frozenset[str]

    def prefix(self, name: str, level: int = 0) -> str | None:
        """Of all that includes a router, from the app on, and its own; None for one that isn't known."""
        own, include = self.own.get(name, ""), self.includes.get(name)
        if include is None:
            return own
        above = self.prefix(include.by, level + 1) if level < _MOST_LEVELS else None
        # Flask's prefix of an inclusion takes the place of the blueprint's own.
        inner = "" if include.prefix and name in self.blueprints else own
        if above is None or include.prefix is None or inner is None:
            return None
        return above + include.prefix + inner


def read(tree: Tree) -> Routers:
    own: dict[str, str | None] = {}
    blueprints = set()
    for path, module in tree.modules.items():
        for name, value, _ in syntax.assigned(module.body):
            if isinstance(value, ast.Call) and syntax.called(value) in _WITH_PREFIX:
                full = full_name(name, path, module)
                prefix = syntax.keyword(value, _WITH_PREFIX[syntax.called(value)])
                own[full] = _literal(prefix, tree)
                blueprints |= {full} if syntax.called(value) == "Blueprint" else set()
    return Routers(own, dict(_includes(tree)), frozenset(blueprints))


def _includes(tree: Tree) -> Iterator[tuple[str, _Include]]:
    for path, module in tree.modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and syntax.called(node) in _INCLUDES and node.args:
                prefix = _literal(syntax.keyword(node, _INCLUDES[syntax.called(node)]), tree)
                by = syntax.dotted(node.func).rpartition(".")[0]
                name = full_name(syntax.dotted(node.args[0]), path, module)
                yield name, _Include(full_name(by, path, module), prefix)


def full_name(name: str, path: str, module: ast.Module) -> str:
    """The last part of the module's name, and the router's: `users.router`. name: as that file has it."""
    first, dot, rest = name.partition(".")
    full = syntax.absolute(syntax.imported(module).get(first, ""), path)
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
