"""Downloads wheels by pip, for a host's Python and machine: only wheels, since of a source distribution pip
would run the setup.py on this machine.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from understudy.release.platforms import interpreter, platforms


def download(
    requirements: Path,
    directory: Path,
    python: str,
    machine: str,
    options: Sequence[str],
) -> str:
    """Writes the wheels into the directory. Returns what pip says if it fails, "" if it succeeds."""
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-m", "pip", "download", "--quiet", "--no-input"),
            *("--disable-pip-version-check", "--only-binary=:all:", *options),
            *("--requirement", requirements, "--dest", directory),
            *("--python-version", python, "--implementation", "cp"),
            *("--abi", interpreter(python), "--abi", "abi3", "--abi", "none"),
            *(word for platform in platforms(machine) for word in ("--platform", platform)),
        ],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return (done.stderr.strip() or "pip failed") if done.returncode else ""
