"""The part `timers` of deploy.yml: commands of the live release that run by the clock."""

from typing import Annotated

from pydantic import Field

from understudy.config.base import Strict
from understudy.config.checks import text
from understudy.config.commands import Argv
from understudy.config.values import Memory

# What these characters spell, `systemd-analyze calendar` decides.
Calendar = Annotated[
    str,
    text(
        r"[A-Za-z0-9*:,./~ _+-]{1,200}",
        "a time of systemd",
        "daily",
        "Mon *-*-* 03:10",
        "*:0/15",
    ),
]


class Timer(Strict):
    """Times in whole seconds. timeout: after which a run is ended. jitter: by which a start may be late, so
    that many hosts don't start at once. on_failure: run after a run that failed.
    """

    command: Argv
    calendar: Calendar
    timeout: int = Field(default=3600, ge=1, le=86400)
    jitter: int = Field(default=0, ge=0, le=86400)
    memory_max: Memory | None = None
    on_failure: Argv | None = None
