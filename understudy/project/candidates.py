"""Processes and timers that files of the repository show, each with where it was found. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from understudy.config.processes import Process, UnitName
from understudy.config.timers import Timer
from understudy.project.command_lines import Line
from understudy.project.values import Found
from understudy.project.worker_kinds import ASIDE, Kind, kind_of

# So processes are called that must not run twice.
_SCHEDULERS = re.compile(r".*(beat|clock|cron|scheduler).*")


@dataclass(frozen=True)
class Candidate:
    """calendar: of a timer, "" for a process. doubt: why it is only proposed, "" if it is sure.

    more: other keys of deploy.yml that the place gives.
    """

    name: str
    line: Line
    place: str
    calendar: str = ""
    doubt: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind | None:
        return kind_of(self.line.words)

    @property
    def is_aside(self) -> bool:
        """Whether it serves pages, or helps a developer."""
        return self.kind == ASIDE

    @property
    def found(self) -> Found:
        """As in deploy.yml: a comment if it is not sure."""
        value = self._value()
        doubt = self.doubt or self._own_doubt(value)
        return Found(value, f"{self.place}: {doubt}" if doubt else self.place, is_sure=not doubt)

    def _own_doubt(self, value: Mapping[str, Any]) -> str:
        if not self.line.is_plain:
            return "the line is one for a shell"
        if self.is_aside:
            return "nginx leads visitors to the web process only"
        return (
            ""
            if _is_valid(self.name, value, Timer if self.calendar else Process)
            else "deploy.yml would refuse it"
        )

    def _value(self) -> dict[str, Any]:
        if self.calendar:
            return {"command": self.line.value, "calendar": self.calendar, **self.more}
        kind = self.kind or Kind("")
        given: dict[str, Any] = {
            "single": kind.single or bool(_SCHEDULERS.fullmatch(self.name)),
            "stop_signal": kind.stop_signal,
            "stop_timeout": kind.stop_timeout,
            **self.more,
        }
        return {"command": self.line.value, **{key: one for key, one in given.items() if one}}


def unit_name(text: str) -> str:
    """A name that a unit can have; "" if nothing is left of it."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("0123456789-")[:31]
    return name.rstrip("-") if name != "web" else ""


def timer_name(line: Line) -> str:
    """A timer is called after what it runs."""
    match line.words:
        case ("python", "manage.py", command, *_):
            return unit_name(command)
        case ("python", "-m", module, *_):
            return unit_name(module.rpartition(".")[2])
        case ("python", script, *_):
            return unit_name(script.rpartition("/")[2].removesuffix(".py"))
        case (program, *_):
            return unit_name(program.rpartition("/")[2].removesuffix(".sh"))
    return ""


def _is_valid(name: str, value: Mapping[str, Any], model: type[Process | Timer]) -> bool:
    """A guess must not make a deploy.yml that is refused."""
    try:
        TypeAdapter(UnitName).validate_python(name)
        model.model_validate(value)
    except ValidationError:
        return False
    return True
