"""Runs a script of this machine as root: shows its steps, and keeps its output in a log."""

import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from understudy.errors import Unreachable
from understudy.local.apt_output import AptOutput
from understudy.local.share import Share

_SECONDS_TO_CLEAN_UP = 60


def run(
    command: Sequence[object],
    log: Path,
    on_step: Callable[[str], None],
    on_share: Callable[[Share], None] = lambda share: None,
) -> list[str] | None:
    """The output's lines, if the script fails; None if it succeeds. Not as root it runs by sudo.

    on_step: gets the text of each line that begins with `==> `. on_share: gets how far apt-get is.
    Raises Unreachable if there is no sudo.
    """
    apt = AptOutput()
    words = [*([] if os.geteuid() == 0 else ["sudo"]), *map(str, command)]
    lines: list[str] = []
    try:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    except FileNotFoundError as error:
        raise Unreachable(
            f"{error.filename} is missing", hint="python deploy.py doctor --fix"
        ) from None
    assert process.stdout is not None  # noqa: S101 - asked for above
    try:
        with process, log.open("w") as file:
            for line in process.stdout:
                file.write(line)
                lines.append(line.rstrip())
                if line.startswith("==> "):
                    on_step(line.removeprefix("==> ").rstrip())
                elif share := apt.take(line):
                    on_share(share)
    except KeyboardInterrupt:
        # Ctrl-C has ended the script as well, which now removes what is half made.
        with suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_CLEAN_UP)
        raise
    return lines if process.returncode else None
