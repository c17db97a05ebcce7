"""Values that an app's code fixes and that differ on a host: its database's place, its secret key. Pure."""

import ast
from collections.abc import Iterator

from understudy.project import syntax
from understudy.project.scope import Scope
from understudy.project.tree import Tree
from understudy.project.values import Unknown
from understudy.project.variables import Reader

_URI = "SQLALCHEMY_DATABASE_URI"


def found(tree: Tree) -> Iterator[Unknown]:
    for path, module in tree.modules.items():
        reader = Reader(Scope(path, module, tree))
        for node in ast.walk(module):
            for name, value in _settings(node):
                if syntax.text(value) and not reader.reads(value):
                    yield from _fixed(name, syntax.text(value), f"{path}:{value.lineno}")
        yield from _instance_path(path, module)


def _instance_path(path: str, module: ast.Module) -> Iterator[Unknown]:
    """Flask's folder for what changes is beside the code, unless Flask() is given another."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr == "instance_path":
            yield Unknown(
                f"a place for what the app writes: {path}:{node.lineno} uses Flask's instance folder, which is "
                "in the release, and the app can't write there",
                f'{path}: Flask(…, instance_path=os.environ.get("INSTANCE_PATH")), and app.environment: '
                'INSTANCE_PATH: "{database}"',
            )
            return


def _fixed(name: str, text: str, place: str) -> Iterator[Unknown]:
    if name == "secret":
        # Not its text: that may be the one which production uses.
        yield Unknown(
            f"the secret key: {place} fixes it, and who reads the code can forge sessions",
            f'{place}: os.environ["SECRET_KEY"], which each host has',
        )
    elif (
        text.startswith("sqlite") and ":memory:" not in text and not text.rstrip("/").endswith(":")
    ):
        # An absolute path has four slashes.
        where = (
            "which no backup has" if "////" in text else "in the release, which the app can't write"
        )
        yield Unknown(
            f"the database's place on the host: {place} fixes {text}, {where}",
            f'{place}: os.environ.get("DATABASE_URL", "{text}"), and app.environment: '
            'DATABASE_URL: "sqlite:///{database}/db.sqlite3"',
        )


def _settings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What a statement sets: `database` or `secret`, and the value."""
    match node:
        case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=name))], value=value):
            yield _kind(str(name)), value
        case ast.Assign(targets=[ast.Attribute(attr="secret_key")], value=value):
            yield "secret", value
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield _kind(name), value
        case ast.keyword(arg=str(name), value=value):
            yield _kind(name), value
        case ast.Call(args=[first, *_]) if syntax.called(node) in (
            "create_engine",
            "create_async_engine",
        ):
            yield "database", first


def _kind(name: str) -> str:
    if name == "SECRET_KEY":
        return "secret"
    return "database" if name == _URI or name.endswith("DATABASE_URL") else ""
