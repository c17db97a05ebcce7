"""The systemd files of a site's timers, and what a release has of them. Pure.

All releases share the units: each run is of the release that is live by then.
"""

from collections.abc import Iterable, Mapping

from understudy.config.timers import Timer

# A release's list of its timers, which /usr/local/lib/understudy/timer reads.
FILE = "timers"


def templates(timer: Timer, *, notifies: bool) -> Mapping[str, str]:
    """End of a unit's name, after SITE-NAME -> its template. A service of its own runs `on_failure`, and
    notifies of the failure.
    """
    units = {".timer": "timer.timer.j2", ".service": "timer.service.j2"}
    return units | (
        {"_failed.service": "timer-failed.service.j2"} if timer.on_failure or notifies else {}
    )


def as_text(names: Iterable[str]) -> str:
    return "".join(f"{name}\n" for name in names)
