"""Asks the code that is live until the switch what it can't do on the migrated database: see commands.py.

Its Django is loaded while the database is backed up and migrated, since until the switch each second counts.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# A comparison takes less than one, on a slow host several.
SECONDS = 120


@contextmanager
def waiting(argv: list[str] | None) -> Iterator[Callable[[], None]]:
    """Starts a program that waits for the end of its standard input. The value lets it continue, and prints
    what it prints. Without argv nothing is asked.
    """
    if not argv:
        yield lambda: None
        return
    pipe = subprocess.PIPE
    program = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    try:
        yield lambda: answer(program)
    finally:
        program.kill()
        program.communicate()


def answer(program: subprocess.Popen[str]) -> None:
    try:
        output, errors = program.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        output, errors = "", f"no answer after {SECONDS} s"
    print(output, end="", flush=True)
    if program.returncode != 0:
        [reason] = errors.splitlines()[-1:] or ["it failed"]
        print(
            f"==> note the live code could not be compared with the migrated database: {reason}",
            flush=True,
        )
