"""What serves the app comes from a lock of Understudy's own, where the app's has none."""

import pytest
from packaging.requirements import Requirement

from understudy.errors import ConfigError
from understudy.release import lock_file
from understudy.release.lock_file import LockFile
from understudy.release.locks import server

DJANGO = "django==5.2 --hash=sha256:bb\n"
GUNICORN = "gunicorn==23.0.0 --hash=sha256:aa\n"


def added(text: str, worker_class: str = "sync") -> set[str]:
    lock = lock_file.for_host(lock_file.parse(text, "x"), "3.13.5", "x86_64")
    missing = server.missing(lock, worker_class)
    return {pin.name for pin in lock_file.for_host(LockFile(missing), "3.13.5", "x86_64").pins}


@pytest.mark.parametrize(
    ("worker_class", "names"),
    [
        ("sync", {"gunicorn"}),
        ("gthread", {"gunicorn"}),
        ("asgi", {"gunicorn"}),
        ("uvicorn_worker.UvicornWorker", {"gunicorn", "uvicorn-worker", "uvicorn", "click", "h11"}),
        ("gevent", {"gunicorn", "gevent", "greenlet", "zope-event", "zope-interface"}),
    ],
)
def test_what_is_missing_is_added_for_the_worker_class(worker_class: str, names: set[str]) -> None:
    assert added(DJANGO, worker_class) == names


def test_lock_that_has_all_is_left_alone() -> None:
    lock = lock_file.parse(GUNICORN, "x")

    assert server.completed(lock, "sync") == lock


def test_pins_of_the_app_win() -> None:
    text = f"{GUNICORN}uvicorn==0.30.0 --hash=sha256:aa\n"

    assert added(text, "uvicorn_worker.UvicornWorker") == {"uvicorn-worker", "click", "h11"}


def test_each_package_is_added_once() -> None:
    pins = server.missing(LockFile(()), "uvicorn_worker.UvicornWorker")
    keys = [(pin.name, pin.marker) for pin in pins]

    assert len(keys) == len(set(keys))
    assert all(Requirement(str(pin)) for pin in pins)


@pytest.mark.parametrize(
    ("version", "worker_class", "refused"),
    [
        ("23.0.0", "asgi", True),
        ("24.0.0", "asgi", False),
        ("25.1.0", "asgi", False),
        ("23.0.0", "gthread", False),
    ],
)
def test_gunicorn_that_is_too_old_for_its_worker_class_is_refused(
    version: str, worker_class: str, refused: bool
) -> None:
    lock = lock_file.parse(f"gunicorn=={version} --hash=sha256:aa\n", "x")
    if not refused:
        server.refuse_too_old(lock, worker_class, "uv.lock")
        return
    with pytest.raises(
        ConfigError, match=r"gunicorn 23\.0\.0 in uv\.lock has no worker class asgi"
    ):
        server.refuse_too_old(lock, worker_class, "uv.lock")


@pytest.mark.parametrize(
    ("uvicorn", "instead"),
    [
        ("uvicorn==0.34.3 --hash=sha256:aa\n", "uvicorn.workers.UvicornWorker"),
        ("uvicorn==0.40.0 --hash=sha256:aa\n", "uvicorn_worker.UvicornWorker"),
        ("", "uvicorn_worker.UvicornWorker"),
    ],
)
def test_error_of_an_old_gunicorn_names_the_worker_class_that_fits(
    uvicorn: str, instead: str
) -> None:
    lock = lock_file.parse(f"gunicorn==23.0.0 --hash=sha256:aa\n{uvicorn}", "x")

    with pytest.raises(ConfigError) as raised:
        server.refuse_too_old(lock, "asgi", "uv.lock")

    assert f"`worker_class: {instead}`" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "worker_class", "reason"),
    [
        ("", "eventlet", r"gunicorn \S+ has no worker class eventlet any more"),
        (GUNICORN, "eventlet", r"needs eventlet, which is not in uv\.lock"),
        ("", "tornado", r"needs tornado, which is not in uv\.lock"),
        ("", "uvicorn.workers.UvicornWorker", r"needs uvicorn, which is not in uv\.lock"),
    ],
)
def test_worker_class_that_the_lock_cannot_run_is_refused(
    text: str, worker_class: str, reason: str
) -> None:
    lock = server.completed(lock_file.parse(DJANGO + text, "x"), worker_class)

    with pytest.raises(ConfigError, match=reason):
        server.refuse_unfit(lock, worker_class, "uv.lock")


@pytest.mark.parametrize(
    ("package", "worker_class"),
    [
        ("eventlet==0.40.0", "eventlet"),
        ("tornado==6.5", "tornado"),
        ("uvicorn==0.30.0", "uvicorn.workers.UvicornWorker"),
        ("django==5.2", "uvicorn_worker.UvicornWorker"),
        ("django==5.2", "gevent"),
    ],
)
def test_worker_class_whose_package_is_there_is_taken(package: str, worker_class: str) -> None:
    lock = lock_file.parse(f"{GUNICORN}{package} --hash=sha256:aa\n", "x")

    server.refuse_unfit(server.completed(lock, worker_class), worker_class, "uv.lock")


@pytest.mark.parametrize(
    ("package", "worker_class", "refused"),
    [
        ("uvicorn", "uvicorn_worker.UvicornWorker", True),
        ("uvicorn", "uvicorn.workers.UvicornH11Worker", True),
        ("websockets", "uvicorn_worker.UvicornWorker", False),
        ("wsproto", "uvicorn_worker.UvicornWorker", False),
        ("uvicorn", "asgi", False),
    ],
)
def test_uvicorn_without_a_library_for_websockets_is_refused(
    package: str, worker_class: str, refused: bool
) -> None:
    lock = lock_file.parse(f"{package}==1.0 --hash=sha256:aa\n", "x")
    if not refused:
        server.refuse_without_websockets(lock, worker_class, "uv.lock")
        return
    with pytest.raises(ConfigError, match=r"websockets or wsproto .* uv\.lock has neither"):
        server.refuse_without_websockets(lock, worker_class, "uv.lock")
