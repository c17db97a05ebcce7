"""Runs a command on this machine."""

import subprocess
from pathlib import Path, PurePosixPath

from understudy.commands import Argv

# The host's Python: what `python3` in /usr/bin is, here as there.
VERSION = subprocess.run(
    ["/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
    capture_output=True,
    text=True,
).stdout.strip()
NASTY = ["", "a b", "$HOME", "$(id)", "`id`", "a'b", 'a"b', "a\nb", "\\", "-n", "*", "ä"]


def run(argv: Argv, given: bytes | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(argv, capture_output=True, input=given)
    text = (stream.decode() for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(argv, done.returncode, *text)


def pure(path: Path) -> PurePosixPath:
    return PurePosixPath(path)
