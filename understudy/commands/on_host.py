"""How a command reaches a host: one line for the login shell, whose answer begins with a marker."""

import base64
import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from understudy.commands import Argv

# What comes before it was not printed by our command: ~/.bashrc may greet. Without it our command did
# not run at all.
MARK = "--- understudy begins"
# Shells that read a line as sh does.
_LIKE_SH = {"", "sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"}

# Any shell understands this, and each names itself.
WHICH_SHELL = f'echo "{MARK}" $SHELL'


def reads_as_sh(shell: str) -> bool:
    """shell: the path of a login shell, "" if it is not known."""
    return PurePosixPath(shell).name in _LIKE_SH


# At its end, so that nothing can wait for an answer; something that is sent; or what ends with the
# connection, and with it the command.
Stdin = Literal["closed", "given", "lifeline"]
_END: Mapping[Stdin, str] = {
    "closed": " </dev/null; exit $?",
    # All of it is read, even if the command ends before: what comes for a channel that has ended
    # would end the whole connection.
    "given": "; status=$?; cat >/dev/null; exit $status",
    "lifeline": "; exit $?",
}


def line(
    argv: Argv, *, stdin: Stdin = "closed", lock: PurePosixPath | None = None, by_sh: bool = True
) -> str:
    """What the login shell gets. It stays until the command has ended, and holds the lock until then.

    lock: held as a step of a deploy; the next deploy waits for it. by_sh: whether the shell reads as sh.
    """
    # Some systems let the group write, and the app's user is in the group of its code. What a
    # program says is looked through for causes, whatever language the host speaks.
    begin = f"echo '{MARK}' $$; echo '{MARK}' >&2; umask 022; export LC_MESSAGES=C; "
    text = f"{begin}{_as_step(lock)}{shlex.join(argv)}{_END[stdin]}"
    return text if by_sh else _for_any_shell(text)


def _as_step(lock: PurePosixPath | None) -> str:
    """The host knows its session by its number, and ends what is left of it with the deploy."""
    return f"exec 8>>{shlex.quote(f'{lock}.step')}; flock -s 8; echo $$ >&8; " if lock else ""


def _for_any_shell(text: str) -> str:
    """Each shell has other quotes, but none has a meaning for these letters."""
    letters = base64.b64encode(text.encode()).decode()
    return f"exec sh -c 'eval \"$(printf %s {letters} | base64 -d)\"'"
