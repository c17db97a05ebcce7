"""Ends a release command that doesn't end by itself, and prints where it hangs: see commands.py."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

# Time for a thread to end after its command has returned.
SECONDS_FOR_THREADS = 5.0
# Not 124, the code of timeout(1): that would mean another limit.
NOT_ENDED = 1


@contextmanager
def limited(command: str, seconds: float) -> Iterator[None]:
    """Ends the whole process if the block, Python code in the main thread, takes longer."""
    watch = threading.Timer(seconds, give_up, (command, seconds))
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def run_program(command: str, words: list[str], seconds: float) -> int:
    """Runs another program for that long at most. Returns its exit code."""
    try:
        return subprocess.run(words, timeout=seconds).returncode
    except subprocess.TimeoutExpired:
        say(f"`{command}` has not ended after {seconds} s (app.command_timeout)")
        return NOT_ENDED


def give_up(command: str, seconds: float) -> NoReturn:
    where = place(sys._current_frames().get(threading.main_thread().ident or 0))
    end(f"`{command}` has not ended after {seconds} s (app.command_timeout); it is at {where}")


def refuse_threads(command: str) -> None:
    """Ends the process if a thread keeps it from ending: Python would wait for it for ever."""
    deadline = time.monotonic() + SECONDS_FOR_THREADS
    while threads := [thread for thread in threading.enumerate() if keeps_from_ending(thread)]:
        if time.monotonic() > deadline:
            where = place(sys._current_frames().get(threads[0].ident or 0))
            end(f"thread {threads[0].name} still runs at {where} after `{command}` has returned")
        threads[0].join(timeout=0.1)


def keeps_from_ending(thread: threading.Thread) -> bool:
    if thread.daemon or thread is threading.main_thread():
        return False
    frame = sys._current_frames().get(thread.ident or 0)
    # An executor's thread without work: Python ends it by itself.
    return frame is None or not frame.f_code.co_filename.endswith("concurrent/futures/thread.py")


def place(frame: FrameType | None) -> str:
    """FILE:LINE in FUNCTION of the innermost frame, of the app's own code if there is one."""
    frames = []
    while frame:
        frames.append(frame)
        frame = frame.f_back
    own = [found for found in frames if Path(found.f_code.co_filename).is_relative_to(Path.cwd())]
    for found in [*own, *frames][:1]:
        path = Path(found.f_code.co_filename)
        name = path.relative_to(Path.cwd()) if own else path
        return f"{name}:{found.f_lineno} in {found.f_code.co_name}"
    return "an unknown place"


def say(text: str) -> None:
    sys.stdout.flush()
    print(f"understudy: {text}", file=sys.stderr, flush=True)


def end(text: str) -> NoReturn:
    """Ends the process without waiting for any thread. The database rolls back what is not committed."""
    say(text)
    os._exit(NOT_ENDED)
