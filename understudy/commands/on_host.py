"""How a command reaches a host: one line for the login shell, whose answer begins with a marker."""

import base64
import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from understudy.commands import Argv

# Output before the marker is not of our command: ~/.bashrc may print something. Without the marker our
# command did not run at all.
MARK = "--- understudy begins"
# Shells that read a line as sh does.
_LIKE_SH = {"", "sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"}


def reads_as_sh(shell: str) -> bool:
    """shell: the path of a login shell, "" if it is not known."""
    return PurePosixPath(shell).name in _LIKE_SH


# The command's standard input: at its end, so that nothing can wait for an answer; something that is
# sent; or a lifeline, which ends with the connection, and with it the command.
Stdin = Literal["closed", "given", "lifeline"]
_END: Mapping[Stdin, str] = {
    "closed": " </dev/null; exit $?",
    # It is read to its end, even if the command has ended before: data for a closed channel would end
    # the whole connection.
    "given": "; status=$?; cat >/dev/null; exit $status",
    "lifeline": "; exit $?",
}


def line(
    argv: Argv, *, stdin: Stdin = "closed", lock: PurePosixPath | None = None, by_sh: bool
) -> str:
    """The line for the login shell, which waits for the command's end and holds the lock until then.

    It prints the marker, its session's number, and the path of the login shell. lock: held as a step of a
    deploy; the next deploy waits for it. by_sh: whether the login shell is known to read lines as sh does.
    """
    # Some systems let the group write, and the app's user is in the group of its code. Diagnosis
    # reads the messages of programs, so they must be in English.
    begin = f"echo '{MARK}' $$ \"$SHELL\"; echo '{MARK}' >&2; umask 022; export LC_MESSAGES=C; "
    text = f"{begin}{_as_step(lock)}{shlex.join(argv)}{_END[stdin]}"
    return text if by_sh else _for_any_shell(text)


def bare_line(argv: Argv) -> str:
    """The line for a login shell of any kind that becomes the command: on a terminal of the user, or between
    the user's pipes, where a marker would be in the way.
    """
    return _for_any_shell(f"exec {shlex.join(argv)}")


def _as_step(lock: PurePosixPath | None) -> str:
    """Records the session's number on the host, which ends its processes with the deploy."""
    return f"exec 8>>{shlex.quote(f'{lock}.step')}; flock -s 8; echo $$ >&8; " if lock else ""


def _for_any_shell(text: str) -> str:
    """Each shell has its own quoting, but all take base64 as it is."""
    letters = base64.b64encode(text.encode()).decode()
    return f"exec sh -c 'eval \"$(printf %s {letters} | base64 -d)\"'"
