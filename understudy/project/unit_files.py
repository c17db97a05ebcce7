"""Units of systemd in a repository: services that run beside the web process, and timers. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from understudy.project import command_lines
from understudy.project.candidates import Candidate, timer_name, unit_name
from understudy.project.tree import Tree, is_aside

_KEY = re.compile(r"\s*(\w+)\s*=\s*(.*?)\s*")
_SECONDS = re.compile(r"(\d+)\s*(s|sec|seconds?|m|min|minutes?|h|hours?)?")
_UNITS = {"s": 1, "m": 60, "h": 3600}


def candidates(tree: Tree, folder: str) -> Iterator[Candidate]:
    for path in tree.texts:
        if path.endswith(".timer") and not is_aside(path):
            yield from _timer(tree, path, folder)
    for path in tree.texts:
        if path.endswith(".service") and not is_aside(path):
            yield from _process(tree, path, folder)


def _timer(tree: Tree, path: str, folder: str) -> Iterator[Candidate]:
    timer = _read(tree.texts[path])
    service = path.removesuffix(".timer") + ".service"
    command, calendar = _read(tree.texts.get(service, "")).get("ExecStart"), timer.get("OnCalendar")
    if command and calendar:
        line = command_lines.parse(command[0], folder)
        jitter = _seconds(timer.get("RandomizedDelaySec", ("", 0))[0])
        more = {"jitter": jitter} if jitter else {}
        name = unit_name(_stem(path)) or timer_name(line)
        yield Candidate(name, line, f"{path}:{calendar[1]}", calendar[0], _doubt(command[0]), more)


def _process(tree: Tree, path: str, folder: str) -> Iterator[Candidate]:
    unit = _read(tree.texts[path])
    command, kind = unit.get("ExecStart"), unit.get("Type", ("simple", 0))[0]
    if not command or kind == "oneshot" or path.removesuffix("service") + "timer" in tree.texts:
        return
    line = command_lines.parse(command[0], folder)
    doubt = "Type=forking ends at once" if kind == "forking" else _doubt(command[0])
    found = Candidate(unit_name(_stem(path)), line, f"{path}:{command[1]}", "", doubt, _more(unit))
    if not found.is_aside:
        yield found


def _more(unit: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    signal = unit.get("KillSignal", ("", 0))[0].removeprefix("SIG")
    seconds = _seconds(unit.get("TimeoutStopSec", ("", 0))[0])
    more = {"stop_signal": signal if signal != "TERM" else "", "stop_timeout": seconds}
    return {key: value for key, value in more.items() if value}


def _read(text: str) -> dict[str, tuple[str, int]]:
    """Key -> its first value and line; lines that end in a backslash are one."""
    found: dict[str, tuple[str, int]] = {}
    joined = re.sub(r"\\\n", " ", text)
    for number, line in enumerate(joined.splitlines(), 1):
        if key := _KEY.fullmatch(line):
            found.setdefault(key[1], (key[2].lstrip("-@:+!"), number))
    return found


def _doubt(command: str) -> str:
    return "it has specifiers of systemd" if "%" in command else ""


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0].rstrip("@")


def _seconds(text: str) -> int:
    found = _SECONDS.fullmatch(text)
    return int(found[1]) * _UNITS[(found[2] or "s")[0]] if found else 0
