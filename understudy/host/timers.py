"""The timers of a site as a host's facts show them: when each runs next, how its last run ended. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from signal import Signals

from understudy.commands import answers
from understudy.host import unit_properties

# How /usr/local/lib/understudy/timer-ended records the end of a run.
_RECORD = re.compile(r"([a-z-]{1,40}) (\w{1,20}) (\d{1,10}) (\d{1,10})\n")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
# systemd's words for how a run ended.
_WORDS = {
    "timeout": "not ended in time",
    "oom-kill": "out of memory",
    "signal": "killed by SIG{status}",
    "core-dump": "killed by SIG{status}",
}
# The exit code of that program for a run which took too long, and what a shell adds to a signal's number.
_TIME_IS_UP, _BY_SIGNAL = "124", 128


@dataclass(frozen=True)
class LastRun:
    """result: systemd's word, `success` for a run that ended well. status: an exit code or a signal's name.

    fails_since: when the first of the runs ended that have failed since the last good one.
    """

    result: str
    status: str
    ended: datetime
    fails_since: datetime | None = None

    @property
    def failed(self) -> bool:
        return self.result != "success"

    @property
    def words(self) -> str:
        """Such as `exit code 3`."""
        if self.result == "exit-code":
            return _exit_code(self.status)
        return _WORDS.get(self.result, f"{self.result} {{status}}").format(status=self.status)


@dataclass(frozen=True)
class ObservedTimer:
    """active: whether systemd waits for its next time. next: None if there is none, or it is not known.

    running: whether a run is under way. last: None before its first run. live: whether the live release has it.
    """

    name: str
    active: bool
    next: datetime | None = None
    running: bool = False
    last: LastRun | None = None
    live: bool = True


def observed(
    lines: Iterable[str], records: Mapping[str, str], live: str = ""
) -> tuple[ObservedTimer, ...]:
    """The timers that are installed on a host.

    lines: of `systemctl show` about timers and their services, whose ids are without the site's name. records:
    path, which ends with the timer's name -> text. live: the list of the live release. Raises StepFailed for
    what they can't have printed.
    """
    with answers.understood("timers"):
        units = {unit["Id"]: unit for unit in unit_properties.of_units(lines)}
        last = {PurePosixPath(path).name: _last(text) for path, text in records.items()}
        names = [unit.removesuffix(".timer") for unit in units if unit.endswith(".timer")]
        return tuple(
            replace(
                _observed(name, units[f"{name}.timer"], units[f"{name}.service"]),
                last=last.get(name),
                live=name in live.split(),
            )
            for name in names
        )


def describe(target: str, timer: ObservedTimer) -> str:
    """One line for people. What needs them is in capitals. target: of its host."""
    return f"timer {timer.name}: {_schedule(timer)}, {_last_run(target, timer)}"


def _schedule(timer: ObservedTimer) -> str:
    if not timer.live:
        return "not in the live release"
    if timer.running:
        return "running now"
    if not timer.active:
        return "NOT SCHEDULED"
    return f"next run {_at(timer.next)}" if timer.next else "no next time"


def _last_run(target: str, timer: ObservedTimer) -> str:
    last = timer.last
    if last is None:
        return "has not run yet"
    if not last.failed:
        return f"last run ended well {_at(last.ended)}"
    since = f", fails since {_at(last.fails_since)}" if last.fails_since != last.ended else ""
    shows = f"python deploy.py logs -p {timer.name} --target {target}"
    return f"last run FAILED {_at(last.ended)}: {last.words}{since}; `{shows}` shows why"


def _at(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else "at an unknown time"


def _observed(name: str, timer: Mapping[str, str], service: Mapping[str, str]) -> ObservedTimer:
    return ObservedTimer(
        answers.fitting("timer", name, _NAME),
        timer["ActiveState"] == "active",
        unit_properties.time(timer["NextElapseUSecRealtime"]),
        service["ActiveState"] in ("activating", "deactivating"),
    )


def _exit_code(status: str) -> str:
    if status == _TIME_IS_UP:
        return _WORDS["timeout"]
    try:
        return f"killed by {Signals(int(status) - _BY_SIGNAL).name}"
    except ValueError:
        return f"exit code {status}"


def _last(text: str) -> LastRun | None:
    """None for a record that a full disk has cut off."""
    found = _RECORD.fullmatch(text)
    if not found:
        return None
    ended, since = (datetime.fromtimestamp(int(number), UTC) for number in found.groups()[2:])
    return LastRun(found[1], found[2], ended, since if found[1] != "success" else None)
