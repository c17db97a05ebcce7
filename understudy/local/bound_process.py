"""A program that runs beside this process and ends with it, however this process ends."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

# Before it is killed.
_SECONDS_TO_END = 5
# The kernel closes the pipe at its input when the other end's process has gone, also if that was killed.
_SCRIPT = """
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ cat <&3; kill "$program"; } >/dev/null 2>&1 &
exec 3<&-
wait "$program"
"""


class BoundProcess:
    """log: gets all that the program prints. environment: besides this process's.

    Ctrl-C on the terminal is for this process, which then calls close().
    """

    def __init__(self, words: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT, words[0], *words],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                process_group=0,
            )

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def printed(self) -> str:
        """All that it has printed so far."""
        return self.log.read_text(errors="replace")

    def close(self) -> None:
        """Ends it, and waits for its end."""
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
