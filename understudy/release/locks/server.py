"""What serves the app and is missing in its lock: gunicorn, and the package of its worker class.

It comes from locks of Understudy's own beside this file. The app's pins win.
"""

from dataclasses import replace
from pathlib import Path

from packaging.version import Version

from understudy.config.worker_class import is_uvicorn
from understudy.errors import ConfigError
from understudy.release import lock_file
from understudy.release.lock_file import LockFile, Pin

_LOCKS = Path(__file__).parent
# The first part of gunicorn's worker class -> the distribution that has it. gunicorn has all others itself.
_WORKERS = {"uvicorn_worker": "uvicorn-worker", "gevent": "gevent", "ggevent": "gevent"}


# What the package uvicorn-worker asks for.
_UVICORN_FOR_ITS_WORKER = Version("0.36.0")
# gunicorn's worker class -> the first version of gunicorn that has it, and the first that has it no more.
_SINCE = {"asgi": "24.0.0"}
_UNTIL = {"eventlet": "26.0.0"}
# The first part of a worker class -> the distribution that has to be in the app's own lock.
_LOCKED_BY_THE_APP = {"eventlet": "eventlet", "tornado": "tornado", "uvicorn": "uvicorn"}
# uvicorn needs one of these for WebSockets: pip install "uvicorn[standard]" has the first.
_WEBSOCKETS = ("websockets", "wsproto")


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


def refuse_too_old(lock: LockFile, worker_class: str, path: str) -> None:
    """Raises ConfigError if the locked gunicorn lacks the worker class. path: of the lock, for the message."""
    pin, since = lock.pin("gunicorn"), _SINCE.get(worker_class)
    # From a repository it has no version here.
    if since and pin and pin.version and Version(pin.version) < Version(since):
        raise ConfigError(
            f"gunicorn {pin.version} in {path} has no worker class {worker_class}",
            hint=f"Lock gunicorn>={since}; or set `worker_class: {_instead(lock)}` under app in deploy.yml, "
            "which needs no other package in the lock.",
        )


def refuse_unfit(lock: LockFile, worker_class: str, path: str) -> None:
    """Raises ConfigError if the worker class can't run on a lock that completed() made. path: of the lock."""
    pin, until = lock.pin("gunicorn"), _UNTIL.get(worker_class)
    if until and pin and pin.version and Version(pin.version) >= Version(until):
        raise ConfigError(
            f"gunicorn {pin.version} has no worker class {worker_class} any more",
            hint=f"Set `worker_class: gevent` or `gthread` under app in deploy.yml, or lock gunicorn<{until}.",
        )
    needed = _LOCKED_BY_THE_APP.get(worker_class.split(".")[0])
    if needed and not lock.pin(needed):
        raise ConfigError(
            f"app.worker_class {worker_class} needs {needed}, which is not in {path}",
            hint=f"Add {needed} to the lock"
            + (
                ", or set `worker_class: uvicorn_worker.UvicornWorker`."
                if needed == "uvicorn"
                else "."
            ),
        )


def refuse_without_websockets(lock: LockFile, worker_class: str, path: str) -> None:
    """Raises ConfigError if uvicorn would refuse each WebSocket. path: of the lock, for the message."""
    if is_uvicorn(worker_class) and not any(map(lock.pin, _WEBSOCKETS)):
        raise ConfigError(
            f"uvicorn needs websockets or wsproto for app.websocket_path, and {path} has neither",
            hint="Lock uvicorn[standard] or websockets; or set `worker_class: asgi` under app in deploy.yml: "
            "gunicorn has WebSockets itself.",
        )


def _instead(lock: LockFile) -> str:
    """The worker class of uvicorn for ASGI that fits the lock: an older uvicorn has one itself."""
    uvicorn = lock.pin("uvicorn")
    is_older = uvicorn and uvicorn.version and Version(uvicorn.version) < _UVICORN_FOR_ITS_WORKER
    return "uvicorn.workers.UvicornWorker" if is_older else "uvicorn_worker.UvicornWorker"


def completed(lock: LockFile, worker_class: str) -> LockFile:
    """The lock with what is missing in it."""
    added = tuple(name for name in programs(worker_class) if not lock.pin(name))
    return replace(lock, pins=(*lock.pins, *missing(lock, worker_class)), added=added)
