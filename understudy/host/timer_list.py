"""The timers on a host, as they are listed. Pure."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from understudy.host import timers
from understudy.host.facts import ObservedState
from understudy.host.timers import ObservedTimer
from understudy.release.layout import Paths
from understudy.report.answer import Answer, to_json


@dataclass(frozen=True)
class TimerList(Answer):
    """timers: each with its calendar as it is installed, "" if that can't be read."""

    event: ClassVar[str] = "timers"

    target: str
    host: str
    timers: tuple[tuple[ObservedTimer, str], ...]

    @classmethod
    def of(cls, target: str, host: str, paths: Paths, observed: ObservedState) -> Self:
        listed = ((timer, _calendar(paths, observed, timer.name)) for timer in observed.timers)
        return cls(target, host, tuple(listed))

    def text(self) -> str:
        if not self.timers:
            return f"{self.target} has no timers"
        return "\n".join(
            f"{timers.describe(self.target, timer)}  ({calendar})"
            for timer, calendar in self.timers
        )

    def fields(self) -> dict[str, Any]:
        listed = [{**fields(timer), "calendar": calendar} for timer, calendar in self.timers]
        return {"target": self.target, "host": self.host, "timers": listed}


def fields(timer: ObservedTimer) -> dict[str, Any]:
    """As `timer` of docs/events.schema.json, without its calendar."""
    last = timer.last
    return {
        "name": timer.name,
        "live": timer.live,
        "scheduled": timer.active,
        "running": timer.running,
        "next": to_json(timer.next),
        "last": {**to_json(last), "ok": not last.failed} if last else None,
    }


def _calendar(paths: Paths, observed: ObservedState, name: str) -> str:
    unit = observed.files.get(str(paths.unit(f"{name}.timer")), "")
    found = re.search(r"^OnCalendar=(.*)$", unit, re.MULTILINE)
    return found[1] if found else ""
