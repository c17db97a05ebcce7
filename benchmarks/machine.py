"""The machine and the versions that were measured, in one line."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import PROJECT
from benchmarks.tools import REQUIREMENTS


def described() -> str:
    return f"Measured on {datetime.now(UTC).date()} with {', '.join(_versions())}; {_machine()}."


def _versions() -> list[str]:
    return [
        f"Understudy {_version()}",
        *(f"{package} {_pinned(package)}" for package in ("ansible-core", "pyinfra")),
        _first_line("ssh", "-V").partition(",")[0],
        f"Python {platform.python_version()}",
        _first_line("vagrant", "--version"),
        f"libvirt {_first_line('virsh', '--version')}",
        _first_line("qemu-system-x86_64", "--version").partition(" (")[0],
    ]


def _version() -> str:
    """The commit. Changes in docs, which the benchmarks write themselves, don't count."""
    changed = _first_line("git", "status", "--porcelain", "--untracked-files=no", ":!docs")
    return _first_line("git", "describe", "--always") + ("-dirty" if changed else "")


def _machine() -> str:
    accelerator = _first_line("provision/box/accelerator")
    return f"{os.cpu_count()} cores of {_processor()}, {_memory()} GiB, {_system()}, VM by {accelerator}"


def _first_line(*command: str) -> str:
    """The first line that a program prints, on either of its outputs."""
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    except OSError:
        return f"no {command[0]}"
    return (done.stdout or done.stderr).partition("\n")[0].strip()


def _pinned(package: str) -> str:
    return _found(rf"^{package}==(\S+)", REQUIREMENTS.read_text())


def _processor() -> str:
    return _found(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text())


def _memory() -> str:
    kibibytes = _found(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return f"{int(kibibytes) / 2**20:.0f}"


def _system() -> str:
    return _found(r'^PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text())


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1) if found else "unknown"
