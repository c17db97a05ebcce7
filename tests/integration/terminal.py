"""A command on a terminal of its own, as a user has it: a pseudo-terminal with a size, keys and Ctrl-C."""

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CTRL_C, CTRL_D = b"\x03", b"\x04"


@dataclass(frozen=True)
class Ended:
    """code: as os.waitstatus_to_exitcode gives it."""

    code: int
    text: str


def resize(terminal: int, rows: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def on_terminal(
    words: Sequence[str], directory: str, *keys: tuple[str, bytes | Callable[[int], None]]
) -> Ended:
    """Runs a command on a terminal of 33 rows and 77 columns.

    keys: each time the output has that text, what is typed then, or what is done to the terminal.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(directory)
        os.environ["TERM"] = "xterm"
        os.execvp(words[0], list(words))
    resize(terminal, 33, 77)
    text, left, deadline = "", list(keys), time.monotonic() + 120
    while (piece := _read(terminal, deadline)) is not None:
        text += piece
        if left and left[0][0] in text:
            # The program that has printed it may have to turn to its input first.
            time.sleep(0.3)
            _, key = left.pop(0)
            os.write(terminal, key) if isinstance(key, bytes) else key(terminal)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    print(f"$ {' '.join(words)}\n{text}")
    return Ended(os.waitstatus_to_exitcode(status), text.replace("\r\n", "\n"))


def _read(terminal: int, deadline: float) -> str | None:
    """What was printed; None when no one has the terminal open any more."""
    ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
    assert ready, "no end within two minutes"
    try:
        return os.read(terminal, 65536).decode(errors="replace") or None
    except OSError:
        return None
