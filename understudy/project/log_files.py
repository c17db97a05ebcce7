"""Log files that an app without Django writes beside its code, where it can't write on a host. Pure."""

import ast
import re
from collections.abc import Iterator, Mapping

from understudy.project import syntax
from understudy.project.scope import Scope
from understudy.project.tree import Tree
from understudy.project.values import Unknown
from understudy.project.variables import Reader

_HANDLERS = ("FileHandler", "WatchedFileHandler", "RotatingFileHandler", "TimedRotatingFileHandler")
# A variable that turns the file off: meanings.py sets it.
_TO_STDOUT = re.compile(r"LOG_TO_(STDOUT|STDERR|CONSOLE)")
_MOST_LEVELS = 5


def found(tree: Tree) -> Iterator[Unknown]:
    for path, module in tree.modules.items():
        names = {name: value for name, value, _ in syntax.assigned(module.body)}
        reader = Reader(Scope(path, module, tree))
        if _TO_STDOUT.search(tree.texts.get(path, "")):
            continue
        for node in ast.walk(module):
            match node:
                case ast.Call(args=[name, *_], lineno=line) if syntax.called(
                    node
                ) in _HANDLERS and _is_beside_the_code(name, names, reader):
                    yield _unknown(f"{path}:{line}")


def _unknown(place: str) -> Unknown:
    return Unknown(
        f"a place for the log: {place} writes a file in the release, and the app can't write there",
        f"{place}: logging.StreamHandler(), and the host's journal has the log",
    )


def _is_beside_the_code(
    value: ast.expr, names: Mapping[str, ast.expr], reader: Reader, level: int = 0
) -> bool:
    """Whether a path is a literal relative one, or made from __file__; by names of the module, too."""
    if reader.reads(value) or level > _MOST_LEVELS:
        return False
    if text := syntax.text(value):
        return not text.startswith("/")
    used = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}
    return "__file__" in used or any(
        _is_beside_the_code(names[name], names, reader, level + 1) for name in used & names.keys()
    )
