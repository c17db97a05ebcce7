"""Runs commands and takes their time."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parents[1]
LAUNCH = Path(__file__).with_name("launch.py")
SECONDS_FOR_A_RUN = 1800
SECONDS_TO_SERVE = 60
# Its time shows how much of the machine the load leaves.
FIXED_WORK = "fixed work on this machine"


@dataclass(frozen=True)
class Command:
    """A command line and its directory. environment: variables added to those of this process."""

    argv: tuple[str, ...]
    directory: Path = PROJECT
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """The result of a command. memory: of the largest of its processes, in KiB. together: of all of its
    processes at the same time, in KiB, where each shares what it shares; 0 for a short run.
    """

    seconds: float
    memory: int
    output: str
    together: int = 0


def run(*argv: str) -> Run:
    return timed(Command(argv))


def do_fixed_work() -> float:
    """Returns the seconds that a piece of work took which is the same in all releases."""
    return run(sys.executable, "-IS", "-c", "sum(i * i for i in range(5_000_000))").seconds


def timed(command: Command) -> Run:
    """Raises SystemExit, with all output, if the command fails."""
    with TemporaryDirectory() as directory:
        result, output = Path(directory) / "result", Path(directory) / "output"
        # `timeout` ends one that hangs.
        limited = ("timeout", str(SECONDS_FOR_A_RUN), *command.argv)
        # A file and not a pipe: a kept SSH connection would hold the pipe open.
        with output.open("w") as file:
            subprocess.run(
                [sys.executable, "-IS", LAUNCH, result, *limited],
                cwd=command.directory,
                env={**_as_users_have_it(), **command.environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                check=True,
            )
        found, text = json.loads(result.read_text()), output.read_text(errors="replace")
    if found["code"]:
        raise SystemExit(f"{' '.join(command.argv)} failed:\n{text}")
    return Run(found["seconds"], found["memory"], text, found["together"])


def _as_users_have_it() -> dict[str, str]:
    """The environment without the variable that makes Python compile everything at each start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def wait_until_served(address: str, domain: str, text: str) -> float:
    """Requests the home page until it holds the text. Returns the seconds that took."""
    began = time.monotonic()
    while text not in _page(address, domain):
        if time.monotonic() - began > SECONDS_TO_SERVE:
            raise SystemExit(f"{address} does not serve {text!r}")
        time.sleep(0.1)
    return time.monotonic() - began


def _page(address: str, domain: str) -> str:
    door = http.client.HTTPConnection(address, timeout=20)
    try:
        door.request("GET", "/", headers={"Host": domain})
        return door.getresponse().read().decode(errors="replace")
    except OSError:
        return ""
    finally:
        door.close()
