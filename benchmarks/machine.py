"""The machine, its providers, and the versions that are measured."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.history import Source
from benchmarks.plan import Plan, providers
from benchmarks.timing import PROJECT
from benchmarks.tools import REQUIREMENTS
from understudy import __version__
from understudy.vm.capabilities import obstacle_to_containers


def described() -> str:
    return f"Measured on {datetime.now(UTC).date()} with {', '.join(_versions())}; {_machine()}."


def source() -> Source:
    return Source(datetime.now(UTC).date().isoformat(), __version__, _commit(), _machine())


def plan(wanted: Sequence[str], *, quick: bool, with_box: bool) -> Plan:
    """Without wanted ones, on all providers of this machine; a quick one on the fastest.

    Raises ValueError if a wanted provider is unknown or can't run here.
    """
    accelerator = _first_line("provision/box/accelerator")
    found = providers(wanted, accelerator=accelerator, container=not obstacle_to_containers())
    if quick and not wanted:
        found = found[:1]
    return Plan(found, quick=quick, with_box=with_box)


def _versions() -> list[str]:
    return [
        f"Understudy {_commit()}",
        *(f"{package} {_pinned(package)}" for package in ("ansible-core", "molecule", "pyinfra")),
        _first_line("ssh", "-V").partition(",")[0],
        f"Python {platform.python_version()}",
        _first_line("vagrant", "--version"),
        f"lxc {_first_line('lxc-start', '--version')}",
        f"libvirt {_first_line('virsh', '--version')}",
        _first_line("qemu-system-x86_64", "--version").partition(" (")[0],
    ]


def _commit() -> str:
    """Changes in files that the benchmarks write themselves don't count."""
    written = (":!docs", ":!benchmarks/history.jsonl")
    changed = _first_line("git", "status", "--porcelain", "--untracked-files=no", *written)
    return _first_line("git", "describe", "--always") + ("-dirty" if changed else "")


def _machine() -> str:
    return f"{os.cpu_count()} cores of {_processor()}, {_memory()} GiB, {_system()}"


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
