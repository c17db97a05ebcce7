"""Downloads wheels by pip, for a host's Python and machine: only wheels, since of a source distribution pip
would run the setup.py on this machine.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile

from understudy.local.share import Share
from understudy.release.platforms import interpreter, platforms

_PROGRESS = re.compile(r"Progress (\d+) of \d+$")


def download(
    requirements: Path,
    directory: Path,
    python: str,
    machine: str,
    options: Sequence[str],
    on_share: Callable[[Share], None] = lambda share: None,
) -> str:
    """Writes the wheels into the directory. Returns what pip says if it fails, "" if it succeeds."""
    with TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-m", "pip", "download", "--quiet", "--no-input"),
                *(
                    "--disable-pip-version-check",
                    "--progress-bar=raw",
                    "--only-binary=:all:",
                    *options,
                ),
                *("--requirement", requirements, "--dest", directory),
                *("--python-version", python, "--implementation", "cp"),
                *("--abi", interpreter(python), "--abi", "abi3", "--abi", "none"),
                *(word for platform in platforms(machine) for word in ("--platform", platform)),
            ],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert process.stdout is not None  # noqa: S101 - asked for above
        with process:
            for share in _shares(process.stdout):
                on_share(share)
        errors.seek(0)
        return (errors.read().strip() or "pip failed") if process.returncode else ""


def _shares(lines: Iterable[str]) -> Iterator[Share]:
    """How much has come, from what pip prints of one file after another: `Progress 0 of 1234`, and so on."""
    before = done = 0
    for found in filter(None, map(_PROGRESS.match, lines)):
        now = int(found[1])
        if now < done:
            before += done
        done = now
        yield Share(before + done)
