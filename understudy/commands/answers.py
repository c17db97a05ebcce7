"""Checks what a host answers before it becomes a path, a name or a command. Pure.

A host that an attacker controls may answer anything. It must not choose where the developer's machine
writes, or what runs there.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from understudy.errors import StepFailed

# The answers of `uname -m` on Linux for which wheels are built.
MACHINES = frozenset({"aarch64", "armv7l", "i686", "ppc64le", "riscv64", "s390x", "x86_64"})
# In all of them there is no slash, no space, and no dot or dash at the beginning.
RELEASE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
COMMIT = re.compile(r"[0-9a-f]{4,64}")
LOCK = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,200}")
# SQLite's files may have any name of a file.
DATABASE = re.compile(r"\w[\w .+@-]{0,200}")
PYTHON = re.compile(r"/usr/(?:local/)?bin/python(3\.\d{1,2})")
# A version of a Debian package, such as 3.11.2-6+deb12u6.
_PYTHON_PACKAGE = re.compile(r"(?:\d+:)?(3\.\d{1,2}\.\d{1,3})(?:[-+~].*)?")
_OURS = re.compile(r"/srv/[a-z][a-z0-9-]*/(?:releases|venvs)/([^/]*)")
_WRONG = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


def fitting(what: str, text: object, pattern: re.Pattern[str]) -> str:
    """The text, if the pattern matches all of it; else raises StepFailed. what: the text's kind, for that."""
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise _odd(what, text)
    return text


def machine(text: str) -> str:
    """The answer of `uname -m`. Raises StepFailed if no wheels are built for that machine."""
    if text not in MACHINES:
        raise _odd("kind of processor", text)
    return text


def python(path: str) -> str:
    """The path of a host's Python -> "3.11"; "" if it has none."""
    found = PYTHON.fullmatch(path)
    return found[1] if found else ""


def exact_python(minor: str, package: str) -> str:
    """Version of the package of a host's Python ("3.11") -> "3.11.2"; "" if they do not fit together."""
    found = _PYTHON_PACKAGE.fullmatch(package)
    return found[1] if found and found[1].startswith(f"{minor}.") else ""


def file_names(paths: list[str]) -> frozenset[str]:
    """The last parts of paths, without those that Understudy makes no files of."""
    names = (PurePosixPath(path).name for path in paths)
    return frozenset(name for name in names if FILE_NAME.fullmatch(name))


def directories(paths: list[str]) -> frozenset[PurePosixPath]:
    """The paths that can be releases and environments, which a deploy may remove."""
    found = ((path, _OURS.fullmatch(path)) for path in paths)
    return frozenset(
        PurePosixPath(path) for path, ours in found if ours and FILE_NAME.fullmatch(ours[1])
    )


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Raises StepFailed, and no traceback, if the block can't read an answer. what: its subject."""
    try:
        yield
    except _WRONG as error:
        raise StepFailed(
            f"what the host says of its {what} can't be understood",
            details=str(error)[:200],
            hint=f"Look at its {what} on the host itself. If all is well there, this is a bug in Understudy.",
        ) from None


def _odd(what: str, text: object) -> StepFailed:
    return StepFailed(
        f"the host reports that its {what} is {text!r:.80}",
        hint="That is impossible. Check that the host is yours, and who else can change it.",
    )
