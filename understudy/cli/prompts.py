"""Questions to the user at the terminal."""

import getpass
import sys
from collections.abc import Callable

from understudy.errors import Declined, Refused
from understudy.report.sanitize import plain


def confirm(warning: str) -> None:
    """Asks whether to continue. Raises Declined unless the answer is yes, Refused without a terminal."""
    if not sys.stdin.isatty():
        raise Refused(
            f"{warning} It was not confirmed, so nothing was changed.",
            hint="Pass --yes to confirm without a question, for example without a terminal.",
        )
    if _answer(f"{warning} Continue? [y/N] ") not in ("y", "yes"):
        raise Declined("nothing was done")


def secret(name: str) -> str:
    """The value of a secret: from a hidden prompt or, without a terminal, from standard input.

    Never from the command line, which other users of this machine can see in the list of processes.
    """
    if sys.stdin.isatty():
        return _typed(lambda: getpass.getpass(f"{name}: "))
    return sys.stdin.read().removesuffix("\n")


def _answer(question: str) -> str:
    # Not input(question): that prints on standard output, which with --json is read by programs.
    print(plain(question), end="", file=sys.stderr, flush=True)
    return _typed(input).strip().lower()


def _typed(ask: Callable[[], str]) -> str:
    """What the user types; an empty text for Ctrl-D."""
    try:
        return ask()
    except EOFError:
        return ""
