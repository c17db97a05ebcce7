"""A warm release is held by templates/gunicorn.conf.py.j2, which runs as in gunicorn, on real files."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest

from tests.unit.fakes import config
from tests.unit.release.rendering import all_files
from understudy.ssh import host_lock


class Log:
    def info(self, *words: object) -> None: ...


class Server:
    """gunicorn's arbiter, which waits for a random time after each worker that it starts."""

    log = Log()
    num_workers = 3

    def __init__(self) -> None:
        self.spawned: list[str] = []

    def spawn_worker(self) -> None:
        self.spawned.append("at once")

    def spawn_workers(self) -> None:
        self.spawned.append("after another")


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The states that gunicorn reports to systemd. gunicorn is installed in the app's environment only."""
    reported: list[str] = []
    systemd = ModuleType("gunicorn.systemd")
    systemd.sd_notify = lambda state, log: reported.append(state)  # type: ignore[attr-defined]
    gunicorn = ModuleType("gunicorn")
    gunicorn.systemd = systemd  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gunicorn", gunicorn)
    monkeypatch.setitem(sys.modules, "gunicorn.systemd", systemd)
    return reported


def settings(directory: Path, **app: Any) -> dict[str, Any]:
    """The file's names, with the host's paths in a directory of the test."""
    text = all_files(config(app=app))["gunicorn.conf.py"]
    text = text.replace("/run/shop/r1.hold", str(directory / "hold"))
    text = text.replace("/srv/shop/lock", str(directory / "lock"))
    os.mkfifo(directory / "lock.pipe")
    seen: dict[str, Any] = {}
    exec(text, seen)  # noqa: S102 - what gunicorn does with it
    return seen


def after(seconds: float, act: Callable[[], object]) -> None:
    threading.Timer(seconds, act).start()


def test_release_that_is_not_held_starts_at_once(tmp_path: Path, states: list[str]) -> None:
    settings(tmp_path, preset="plain")["on_starting"](Server())

    assert states == []


def test_held_release_waits_for_the_deploy_and_extends_systemds_timeout(
    tmp_path: Path, states: list[str]
) -> None:
    seen = settings(tmp_path, preset="plain")
    (tmp_path / "hold").mkdir()
    with (tmp_path / "lock.pipe").open("r+b", buffering=0):
        began = time.monotonic()
        after(0.5, (tmp_path / "hold").rmdir)
        seen["on_starting"](Server())

    assert time.monotonic() - began >= 0.4
    assert set(states) == {"EXTEND_TIMEOUT_USEC=10000000"}
    assert len(states) > 2


def test_held_release_ends_when_its_deploy_has_died(tmp_path: Path, states: list[str]) -> None:
    seen = settings(tmp_path, preset="plain")
    (tmp_path / "hold").mkdir()
    argv = host_lock.hold(PurePosixPath(tmp_path / "lock"), "ann@desk", 0)
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as holder:
        while not seen["deploy_is_at_work"]():
            time.sleep(0.01)
        assert holder.stdin
        after(0.3, holder.stdin.close)

        with pytest.raises(SystemExit, match="has ended"):
            seen["on_starting"](Server())


class Worker:
    """Of gunicorn. age: its number, from 1."""

    def __init__(self, age: int) -> None:
        self.age, self.alive, self.notified = age, True, 0

    def notify(self) -> None:
        self.notified += 1


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The settings of three workers, while a deploy is at work."""
    seen = settings(tmp_path, preset="plain", workers=3)
    with (tmp_path / "lock.pipe").open("r+b", buffering=0):
        yield seen


def test_worker_waits_until_each_has_loaded_the_app(at_work: dict[str, Any]) -> None:
    first, began = Worker(1), time.monotonic()
    after(0.1, lambda: at_work["LOADED"].__setitem__(1, 1))
    # The third has failed, and gunicorn has started another in its place.
    after(0.3, lambda: at_work["wait_for_the_others"](Worker(6)))

    at_work["wait_for_the_others"](first)

    assert time.monotonic() - began >= 0.29
    assert first.notified, "gunicorn would take it for one that hangs"


def test_waiting_worker_ends_with_gunicorn(at_work: dict[str, Any]) -> None:
    worker = Worker(1)
    after(0.1, lambda: setattr(worker, "alive", False))

    at_work["wait_for_the_others"](worker)

    assert at_work["LOADED"][:] == b"\1\0\0"


def test_worker_waits_for_no_other_after_a_boot(tmp_path: Path) -> None:
    seen, worker = settings(tmp_path, preset="plain", workers=3), Worker(1)

    seen["wait_for_the_others"](worker)
    (tmp_path / "lock.pipe").unlink()
    seen["wait_for_the_others"](worker)

    assert worker.notified == 0


def test_first_workers_start_at_once_and_those_that_replace_them_do_not(tmp_path: Path) -> None:
    seen, server = settings(tmp_path, preset="plain", workers=3), Server()

    seen["when_ready"](server)
    server.spawn_workers()
    server.spawn_workers()

    assert server.spawned == ["at once", "at once", "at once", "after another"]


@pytest.mark.parametrize(
    ("app", "loaded"),
    [
        ({"preset": "django", "worker_class": "sync"}, True),
        ({"preset": "django", "worker_class": "gthread"}, True),
        # These patch the standard library first, so nothing may be loaded before.
        ({"preset": "django", "worker_class": "gevent"}, False),
        ({"preset": "django", "worker_class": "eventlet"}, False),
        ({"preset": "django", "worker_class": "uvicorn_worker.UvicornWorker"}, False),
        ({"preset": "plain"}, False),
    ],
)
def test_django_is_loaded_before_the_workers_are(
    app: dict[str, Any], loaded: bool, tmp_path: Path
) -> None:
    framework = settings(tmp_path, **app)["FRAMEWORK"]

    assert ("django.db.models" in framework) == loaded
    assert all(name.startswith("django.") for name in framework)


@pytest.mark.parametrize("held", [True, False])
def test_framework_is_loaded_before_the_socket_only_while_the_release_is_held(
    held: bool, tmp_path: Path, states: list[str]
) -> None:
    """After a boot requests wait at the socket until the workers have loaded the app."""
    seen = settings(tmp_path, preset="plain")
    loaded: list[str] = []
    seen["load_framework"] = lambda server: loaded.append("loaded")
    if held:
        (tmp_path / "hold").mkdir()
        after(0.2, (tmp_path / "hold").rmdir)
    with (tmp_path / "lock.pipe").open("r+b", buffering=0):
        seen["on_starting"](Server())

    assert bool(loaded) == held
    seen["when_ready"](Server())
    assert loaded


def test_missing_module_of_the_framework_does_not_stop_the_start(tmp_path: Path) -> None:
    seen = settings(tmp_path, preset="plain")
    seen["FRAMEWORK"].append("no_such_framework.models")

    seen["when_ready"](Server())
