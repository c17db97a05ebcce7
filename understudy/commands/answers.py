"""What a host may answer, checked before it becomes a path, a name or a command. Pure.

A host that was taken over answers what it likes. It must not thereby choose where the developer's
machine writes, or what runs there.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from understudy.errors import StepFailed

# Of all that `uname -m` says on Linux, what wheels are built for.
MACHINES = frozenset({"aarch64", "armv7l", "i686", "ppc64le", "riscv64", "s390x", "x86_64"})
# In all of them there is no slash, no space, and no dot or dash at the beginning.
RELEASE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
COMMIT = re.compile(r"[0-9a-f]{4,64}")
LOCK = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,200}")
# SQLite's files may be called as a developer likes.
DATABASE = re.compile(r"\w[\w .+@-]{0,200}")
PYTHON = re.compile(r"/usr/(?:local/)?bin/python(3\.\d{1,2})")
_OURS = re.compile(r"/srv/[a-z][a-z0-9-]*/(?:releases|venvs)/([^/]*)")
_WRONG = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


def fitting(what: str, text: object, pattern: re.Pattern[str]) -> str:
    """The text, if all of it is as the pattern has it. Raises StepFailed."""
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise _odd(what, text)
    return text


def machine(text: str) -> str:
    """What `uname -m` says. Raises StepFailed if no wheels are built for it."""
    if text not in MACHINES:
        raise _odd("kind of processor", text)
    return text


def python(path: str) -> str:
    """The path of a host's Python -> "3.11"; "" if it has none."""
    found = PYTHON.fullmatch(path)
    return found[1] if found else ""


def file_names(paths: list[str]) -> frozenset[str]:
    """The last parts of paths. What can be no file of Understudy's is left out."""
    names = (PurePosixPath(path).name for path in paths)
    return frozenset(name for name in names if FILE_NAME.fullmatch(name))


def directories(paths: list[str]) -> frozenset[PurePosixPath]:
    """Those that can be releases and environments: they may be removed."""
    found = ((path, _OURS.fullmatch(path)) for path in paths)
    return frozenset(
        PurePosixPath(path) for path, ours in found if ours and FILE_NAME.fullmatch(ours[1])
    )


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Reads an answer in this block: one that can't be read is no bug here. Raises StepFailed."""
    try:
        yield
    except _WRONG as error:
        raise StepFailed(
            f"what the host says of its {what} can't be understood",
            details=str(error)[:200],
            hint="Look at that on the host itself. If all is well there, this is a bug in Understudy.",
        ) from None


def _odd(what: str, text: object) -> StepFailed:
    return StepFailed(
        f"the host says that its {what} is {text!r:.80}",
        hint="That can't be. Look at the host: is it yours, and who else can change it?",
    )
