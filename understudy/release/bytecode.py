"""Compiles Python files on this machine, for the Python of a host, which starts faster then.

Bytecode is the same for all of 3.11, or all of 3.13; it has its source's time and size (PEP 552), so
that Python compiles a file again that was changed by hand on a host.
"""

import importlib.util
import marshal
import os
import platform
import shutil
import struct
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

# A source file's content, and its time in seconds since the epoch.
Files = Mapping[str, tuple[bytes, int]]
# Fewer are compiled sooner than another Python has started.
FILES_FOR_ANOTHER_PYTHON = 100


def compiler(python: str) -> str | None:
    """A Python of that version ("3.11") on this machine, or None: then the host must compile."""
    if python == ".".join(platform.python_version_tuple()[:2]):
        return sys.executable
    return shutil.which(f"python{python}")


def compiled(compiler: str, directory: str, files: Files) -> tuple[tuple[str, bytes], ...]:
    """Path and bytecode of the files, whose paths begin with that directory; without those that are no
    Python of that version.
    """
    here = compiler == sys.executable and len(files) < FILES_FOR_ANOTHER_PYTHON
    made = _compiled_here(directory, files) if here else _compiled_there(compiler, directory, files)
    return tuple(sorted(made))


def compile_all(compiler: str, directory: Path) -> None:
    """Compiles all files below a directory; skips those that are no Python of that version."""
    subprocess.run(
        [compiler, "-I", "-m", "compileall", "-qq", "-j0", "-s", directory, directory],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _compiled_here(directory: str, files: Files) -> Iterator[tuple[str, bytes]]:
    for path, (source, time) in files.items():
        try:
            with warnings.catch_warnings(action="ignore"):
                name = path.removeprefix(f"{directory}/")
                code = compile(source, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            continue
        head = importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, time, len(source))
        yield importlib.util.cache_from_source(path), head + marshal.dumps(code)


def _compiled_there(compiler: str, directory: str, files: Files) -> Iterator[tuple[str, bytes]]:
    with TemporaryDirectory() as work:
        for path, (source, time) in files.items():
            _write(Path(work) / path, source, time)
        compile_all(compiler, Path(work) / directory)
        for made in Path(work).rglob("*.pyc"):
            yield str(made.relative_to(work)), made.read_bytes()


def _write(path: Path, content: bytes, time: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time, time))
