"""What the command line asks the one who sits at it."""

import getpass
import sys
from collections.abc import Callable

from understudy.errors import Refused
from understudy.report.sanitize import plain


def confirm(warning: str) -> None:
    """Raises Refused unless somebody at a terminal says yes."""
    if not sys.stdin.isatty() or _yes_or_no(f"{warning} Go on? [y/N] ") != "y":
        raise Refused(f"{warning} Nothing was done.", hint="--yes goes on without a question.")


def _yes_or_no(question: str) -> str:
    # Not input(question): that asks on standard output, which with --json is for programs.
    print(plain(question), end="", file=sys.stderr, flush=True)
    return _typed(input).strip().lower()


def secret(name: str) -> str:
    """From a hidden prompt or from standard input: never from the command line, which others see."""
    if sys.stdin.isatty():
        return _typed(lambda: getpass.getpass(f"{name}: "))
    return sys.stdin.read().removesuffix("\n")


def _typed(ask: Callable[[], str]) -> str:
    """What is typed on a terminal: nothing, if it's Ctrl-D."""
    try:
        return ask()
    except EOFError:
        return ""
