"""What serves the app and is missing in its lock: gunicorn, and the package of its worker class.

It comes from locks of Understudy's own beside this file. The app's pins win.
"""

from dataclasses import replace
from pathlib import Path

from understudy.release import lock_file
from understudy.release.lock_file import LockFile, Pin

_LOCKS = Path(__file__).parent
# The first part of gunicorn's worker class -> the distribution that has it. gunicorn has all others itself.
_WORKERS = {"uvicorn_worker": "uvicorn-worker", "gevent": "gevent", "ggevent": "gevent"}


def programs(worker_class: str) -> tuple[str, ...]:
    """The distributions that serve the app."""
    worker = _WORKERS.get(worker_class.split(".")[0])
    return ("gunicorn", *([worker] if worker else []))


def missing(lock: LockFile, worker_class: str) -> tuple[Pin, ...]:
    """The pins to add to an app's lock."""
    added: dict[str, list[Pin]] = {}
    for program in programs(worker_class):
        if not lock.pin(program):
            ours = lock_file.parse((_LOCKS / f"{program}.txt").read_text(), f"{program}.txt")
            for pin in ours.pins:
                if not lock.pin(pin.name):
                    added.setdefault(f"{pin.name} {pin.marker}", []).append(pin)
    return tuple(pins[0] for pins in added.values())


def completed(lock: LockFile, worker_class: str) -> LockFile:
    """The lock with what is missing in it."""
    return replace(lock, pins=(*lock.pins, *missing(lock, worker_class)))
