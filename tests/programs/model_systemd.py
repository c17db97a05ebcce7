"""A systemctl whose units are lines of a file: they start, end at once, or end only when they are killed."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.programs.root_programs import Host

PROGRAM = """
import fnmatch, json, sys, time
from pathlib import Path
file = Path({file!r})
verb, *words = sys.argv[1:]
patterns = [word for word in words if word.startswith("todo")]
model = json.loads(file.read_text())
units = model["units"]
REST = {{"ActiveState": "inactive", "SubState": "dead", "NRestarts": 0, "MainPID": 1, "Result": "success",
    "ExecMainCode": 0, "ExecMainStatus": 0, "Job": ""}}

def fitting(which):
    return [unit for unit in units if any(fnmatch.fnmatchcase(unit, pattern) for pattern in which)]

def begin(unit):
    units[unit] = REST | {{"ActiveState": "active", "SubState": "running"}} | model["begins"].get(unit, {{}})

def end(unit):
    time.sleep(model["seconds"] if units[unit]["ActiveState"] == "active" else 0)
    units[unit] = REST | model["ends"].get(unit, {{}})

if verb in ("start", "restart"):
    for unit in patterns:
        if verb == "restart" or units.get(unit, REST)["ActiveState"] != "active":
            begin(unit)
elif verb == "stop":
    for unit in fitting(patterns):
        end(unit)
elif verb == "reset-failed":
    for unit in fitting(patterns):
        if units[unit]["ActiveState"] == "failed":
            units[unit] = REST
elif verb == "show":
    for unit in patterns:
        state = units.get(unit, REST)
        print("\\n".join(f"{{key}}={{value}}" for key, value in state.items()) + f"\\nId={{unit}}\\n")
elif verb == "list-units":
    states = [word.partition("=")[2].split(",") for word in words if word.startswith("--state=")]
    for unit in fitting(patterns):
        if not states or units[unit]["ActiveState"] in states[0]:
            print(unit, "loaded", units[unit]["ActiveState"], units[unit]["SubState"])
file.write_text(json.dumps(model))
"""


class Systemd:
    """The services of todo on that host."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.file = host.path("/model.json")
        (host.path("/model.py")).write_text(PROGRAM.format(file=str(self.file)))
        host.fake("systemctl", f'exec python3 {host.path("/model.py")} "$@"')
        self._write({"units": {}, "begins": {}, "ends": {}, "seconds": 0})

    def begins(self, unit: str, **state: Any) -> None:
        """What the unit is like once it was started, if it does not just run."""
        self._set("begins", unit, state)

    def ends(self, unit: str, **state: Any) -> None:
        """What the unit is like once it was stopped."""
        self._set("ends", unit, state)

    def becomes(self, unit: str, **state: Any) -> None:
        """What it is like from now on."""
        model = self._read()
        model["units"][f"todo-{unit}.service"] |= state
        self._write(model)

    def take(self, seconds: float) -> None:
        """So long each unit takes to stop."""
        self._write({**self._read(), "seconds": seconds})

    @property
    def running(self) -> set[str]:
        units = self._read()["units"].items()
        return {
            unit.removesuffix(".service").removeprefix("todo-")
            for unit, state in units
            if state["ActiveState"] == "active" and unit.startswith("todo-")
        }

    def calls(self) -> list[str]:
        """Of those that start or stop, since the last time."""
        verbs = ("systemctl start", "systemctl stop", "systemctl restart")
        return [call for call in self.host.calls() if call.startswith(verbs)]

    def _set(self, part: str, unit: str, state: Any) -> None:
        model = self._read()
        model[part][f"todo-{unit}.service"] = state
        self._write(model)

    def _read(self) -> Any:
        return json.loads(self.file.read_text())

    def _write(self, model: Any) -> None:
        self.file.write_text(json.dumps(model))


def add_release(host: Host, release: str, processes: Iterable[str], program: str = "") -> Path:
    """Lays out a release that runs these, lines of its list. program: its `process`."""
    directory = host.path(f"/srv/todo/releases/{release}")
    directory.mkdir(parents=True)
    (directory / "processes").write_text("".join(f"{line}\n" for line in processes))
    (directory / "process").write_text(f"#!/bin/sh\n{program}\n")
    (directory / "process").chmod(0o755)
    return directory
