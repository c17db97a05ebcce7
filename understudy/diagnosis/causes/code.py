"""The code itself. The last of these rules is general: it fits any error that the app's code raises."""

import re

from understudy.diagnosis.causes.checks import (
    in_commit,
    on_host,
    own_line,
    setting,
    variable,
    written,
)
from understudy.diagnosis.causes.tracebacks import NEAREST, OWN, RAISED_BY
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule
from understudy.release.commit_facts import CommitFacts

_OLDER_PYTHON = (
    "Write it for Python {answer}, or move staging and production to a Debian with a newer one "
    "(vm.release)."
)
_LOOK_THERE = (
    "The traceback leads there. What differs from your machine is debug mode, the environment in "
    "deploy.yml, and the data."
)
_NEWEST = (3, 12)
_IN_C = {"array", "builtins", "cmath", "gc", "itertools", "marshal", "math", "posix", "sys", "time"}


def _is_older(python: str) -> bool:
    return tuple(int(part) for part in python.split(".")[:2]) < _NEWEST


def _is_pythons_own(commit: CommitFacts, groups: Groups) -> bool:
    """Of its library; in C it has no file. An empty folder of the app has no location either."""
    own = any(commit.modules(groups["module"].partition(".")[0]))
    return not own and (bool(groups["library"]) or groups["module"] in _IN_C)


def _names_no_encoding(commit: CommitFacts, groups: Groups) -> bool:
    lines = commit.texts.get(groups["file"], "").splitlines()
    return "encoding" not in "".join(lines[int(groups["line"]) - 1 :][:1])


def _lacks_the_name(commit: CommitFacts, groups: Groups) -> bool | None:
    """Of the module that is served."""
    text = commit.texts.get(f"{groups['module'].replace('.', '/')}.py")
    return None if text is None else not re.search(rf"^{groups['name']}\b", text, re.MULTILINE)


def _such_as(groups: Groups, facts: KnownFacts) -> Finding | None:
    """What the module calls its application, if that can be seen."""
    texts = facts.commit.texts if facts.commit else {}
    text = texts.get(f"{groups['module'].replace('.', '/')}.py", "")
    found = re.search(r"^(app|application|server|api)\b\s*=", text, re.MULTILINE)
    example = f", such as {groups['module']}:{found[1]}" if found else ""
    return Finding({"such as": example})


def _sets_ascii(name: str, value: str) -> bool:
    return name in ("LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8") and "UTF-8" not in value.upper()


_HOSTS_PYTHON = on_host("python", "", _is_older)
# Statements that Python 3.11 doesn't know: `type X = ...`, `def f[T](...)`, `class C[T]`, a
# template string, an `except` with several and no parentheses; and quotes within an f-string.
_NEW_SYNTAX = r"(?:type \w+.* = |(?:async )?(?:def|class) \w+\[|except \w[\w.]*, \w|.*\bt[\"'])"
_NEW_SYNTAX_ERROR = rf"    {_NEW_SYNTAX}.*\n(?:    .*\n)*SyntaxError: "
_NEW_F_STRING_ERROR = r"    .*\bf[\"'].*\n(?:    .*\n)*SyntaxError: f-string: "

RULES: tuple[Rule, ...] = (
    Rule(
        "newer-python-syntax",
        (Clue("said", rf"{OWN}\n(?:{_NEW_SYNTAX_ERROR}|{_NEW_F_STRING_ERROR})"),),
        "{file} line {line} is written for a newer Python than the host's {answer}",
        _OLDER_PYTHON,
        (own_line, _HOSTS_PYTHON),
    ),
    Rule(
        "newer-python-library",
        (
            Clue(
                "said",
                r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)' "
                r"\((?:(?P<library>/usr/lib/python3)|unknown location)",
            ),
        ),
        "Python {answer}, the host's, has no '{name}' in {module}",
        _OLDER_PYTHON,
        (in_commit(_is_pythons_own), _HOSTS_PYTHON),
    ),
    Rule(
        "syntax-error",
        (Clue("said", rf"{OWN}\n(?:    .*\n)*(?P<error>(?:Syntax|Indentation|Tab)Error: .*)"),),
        "{file} line {line}: {error}",
        "Fix it; python -m compileall -q . finds the like before a deploy.",
        (own_line,),
    ),
    Rule(
        "ascii",
        (Clue("said", NEAREST + r"Unicode(?:De|En)codeError: 'ascii' codec"),),
        "{file} line {line} reads or writes text as ASCII: it names no encoding, and the locale "
        "has no other",
        'Open files with encoding="utf-8", and leave LANG, LC_ALL and PYTHONUTF8 alone in '
        "app.environment.",
        (
            own_line,
            variable(_sets_ascii),
            in_commit(_names_no_encoding),
        ),
    ),
    Rule(
        "locale-missing",
        (
            Clue(
                "said",
                OWN + r".*\n.*setlocale\(.*[\"'](?P<locale>\w+\.[\w-]+)[\"'].*\n"
                r"(?:  .*\n)*locale\.Error: unsupported",
            ),
        ),
        "the host has no locale {locale}, which {file} sets",
        "Set host.locale in deploy.yml to {locale} and provision the hosts again, or do without "
        "setlocale.",
        (on_host("locale", "{locale}", "no"),),
    ),
    Rule(
        "no-such-application",
        (
            Clue(
                "said",
                r"Failed to find attribute '(?P<name>\w+)' in '(?P<module>[\w.]+)'",
            ),
        ),
        "{module} has no '{name}', which app.module in deploy.yml names",
        "Name what the module has{such as}.",
        (
            setting(
                "module", lambda module, groups: module == f"{groups['module']}:{groups['name']}"
            ),
            in_commit(_lacks_the_name),
            _such_as,
        ),
    ),
    Rule(
        "logging",
        (Clue("said", r"^ValueError: (?P<error>Unable to configure \w+ '\w+')"),),
        "{error}, which LOGGING in {found} asks for",
        "The exceptions before it say why. Log to standard error with logging.StreamHandler: the "
        "host keeps that in its journal.",
        (written("LOGGING\\b", where=r".*\.py"),),
    ),
    Rule(
        "error-in-the-app",
        (Clue("said", RAISED_BY + r"(?P<error>[A-Za-z_][\w.]*(?:: .*)?)$"),),
        "{file} line {line}: {error}",
        _LOOK_THERE,
        (own_line,),
    ),
)
