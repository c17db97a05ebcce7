"""Which text of a variable means on, and which off: by the comparison that the app makes. Pure."""

import ast
import re
from contextlib import suppress

from understudy.project.evaluation import Names, value, with_environ
from understudy.project.scope import Scope
from understudy.project.statements import AppFails, CannotTell
from understudy.project.variables import Read

_ON = ("True", "1", "true", "yes", "on", "y", "t")
_OFF = ("False", "0", "false", "no", "off", "n", "f")
_EMPTY_IS_OFF = {True: (), False: ("",)}


def text_for(
    wanted: bool, name: str, node: ast.expr, scope: Scope, names: Names, usual: str = ""
) -> str | None:
    """The text of the variable with which the expression is true, or false. usual: what is tried before other
    common texts, but after those that the code compares with. None if no text is known.
    """
    common = _ON if wanted else _OFF
    compared = _compared(name, node, scope, names, common[0])
    for text in dict.fromkeys((*compared, usual or common[0], *common, "")):
        if outcome(text, name, node, scope, names) is wanted:
            return text
    return None


def named_text(wanted: bool, name: str, node: ast.expr, scope: Scope, names: Names) -> str | None:
    """The text for a variable whose name says what it turns on. The expression may be true with it or not:
    that of `PRODUCTION = os.environ.get("DEBUG") != "1"` is, if DEBUG is off.
    """
    compared = _compared(name, node, scope, names, _ON[0])
    for text in dict.fromkeys((*_words(wanted, compared), *_EMPTY_IS_OFF[wanted])):
        result = outcome(text, name, node, scope, names)
        others = (
            outcome(one, name, node, scope, names)
            for one in (*_words(not wanted, compared), *_EMPTY_IS_OFF[not wanted])
        )
        if result is not None and (not result) in others:
            return text
    return None


def _words(wanted: bool, compared: list[str]) -> list[str]:
    """Texts that can mean on, or off, those of the code first."""
    never = {one.lower() for one in (_OFF if wanted else _ON)}
    fitting = [text for text in compared if text and text.lower() not in never]
    if wanted:
        return [*fitting, *_ON]
    return [*(text for text in fitting if text.lower() in _OFF), *_OFF]


def outcome(text: str | None, name: str, node: ast.expr, scope: Scope, names: Names) -> bool | None:
    """Whether the expression is true; None if the app fails with this text, or if that can't be known.

    text: None for a variable that is not set.
    """
    environ = {} if text is None else {name: text}
    try:
        return bool(value(node, scope, with_environ(names, environ)))
    except (AppFails, CannotTell):
        return None


def _compared(name: str, node: ast.expr, scope: Scope, names: Names, text: str) -> list[str]:
    """The texts with which the code compares the variable's."""
    tried = with_environ(names, {name: text})
    with suppress(AppFails, CannotTell):
        value(node, scope, tried)
    return tried.compared


def text_of_read(read: Read, wanted: bool, scope: Scope, names: Names) -> str | None:
    """The same for a variable whose name alone says what it is for."""
    if read.kind:
        return _text_of_field(read.kind, wanted)
    node = _usage(read.name, read.line, scope, names)
    return named_text(wanted, read.name, node, scope, names) if node else None


def fails_with(text: str, read: Read, scope: Scope, names: Names) -> bool:
    """Whether the app fails if a flag has this text, as one that takes `True` and `False` alone does."""
    node = None if read.kind else _usage(read.name, read.line, scope, names)
    if node is None:
        return False
    try:
        value(node, scope, with_environ(names, {read.name: text}))
    except AppFails:
        return True
    except CannotTell:
        return False
    return False


def _text_of_field(kind: str, wanted: bool) -> str | None:
    if re.search(r"\bbool\b", kind):
        return str(wanted)
    return str(int(wanted)) if re.search(r"\bint\b", kind) else None


def _usage(name: str, line: int, scope: Scope, names: Names) -> ast.expr | None:
    """What the app makes of the variable in this line: the largest expression that is true with one of its
    texts and not with another one.
    """
    here = (node for node in ast.walk(scope.module) if isinstance(node, ast.expr))
    for node in here:
        if node.lineno <= line <= (node.end_lineno or line) and _decides(name, node, scope, names):
            return node
    return None


def _decides(name: str, node: ast.expr, scope: Scope, names: Names) -> bool:
    return all(text_for(one, name, node, scope, names) is not None for one in (True, False))
