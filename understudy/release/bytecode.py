"""Compiles Python files on this machine, for the Python of a host, which starts faster then.

Bytecode is the same for all of 3.11, or all of 3.13; it has its source's time and size (PEP 552), so
that Python compiles a file again that was changed by hand on a host.
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


# Below, starting more processes takes longer than compiling in one.
FILES_FOR_MORE_PROCESSES = 100


def compile_all(compiler: str, directory: Path) -> None:
    """Compiles all files below a directory; skips those that are no Python of that version."""
    few = sum(1 for _ in directory.rglob("*.py")) < FILES_FOR_MORE_PROCESSES
    processes = "-j1" if few else "-j0"
    subprocess.run(
        [compiler, "-I", "-m", "compileall", "-qq", processes, "-s", directory, directory],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
