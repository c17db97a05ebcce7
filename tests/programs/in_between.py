"""Writes to a database in the middle of a read, which has to see one state from its begin to its end."""

import gzip
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from understudy.commands import Argv
from understudy.data.dump import Dump

_COUNTS = "SELECT '-- rows "


def read_with(argv: Argv, queries: str, touch: str, mark: Path, write: Callable[[], object]) -> str:
    """Runs the queries, and calls `write` when all rows are read and none is counted yet. Returns the text.

    touch: the program's command to run another, which makes the mark.
    """
    rows, counts = queries[: queries.index(_COUNTS)], queries[queries.index(_COUNTS) :]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/") as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{rows}\n{touch} touch {mark}\n".encode())
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not mark.exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        write()
        process.stdin.write(counts.encode())
        process.stdin.close()
        return gzip.decompress(process.stdout.read()).decode()


def counted(text: str) -> dict[str, int]:
    dump = Dump()
    dump.take(gzip.compress(text.encode()))
    return dict(dump.finish())
