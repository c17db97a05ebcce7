"""Compiles Python files here, for the Python of a host: there it would cost at each start.

Bytecode is the same for all of 3.11, or all of 3.13; it holds its source's time and size, so that
a file changed by hand on a host still counts.
"""

import platform
import shutil
import subprocess
import sys
from pathlib import Path


def compiler(python: str) -> str | None:
    """A Python of that version ("3.11") on this machine, or None: then the host must compile."""
    if python == ".".join(platform.python_version_tuple()[:2]):
        return sys.executable
    return shutil.which(f"python{python}")


def compile_all(compiler: str, directory: Path) -> None:
    """Compiles all files below a directory. Whatever is no Python of that version is left out."""
    subprocess.run(
        [compiler, "-I", "-m", "compileall", "-qq", "-j0", "-s", directory, directory],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
