"""The gunicorn.conf.py of a release, as gunicorn runs it."""

from typing import Any

import pytest

from tests.unit.fakes import config
from tests.unit.release.rendering import all_files


def test_worker_class_cannot_leave_its_string() -> None:
    files = all_files(config(app={"worker_class": "a'\nimport shelve #"}))
    seen: dict[str, object] = {}

    exec(files["gunicorn.conf.py"], seen)  # noqa: S102 - what gunicorn does with it

    assert seen["worker_class"] == "a'\nimport shelve #"
    assert "shelve" not in seen


def gunicorn_worker(module: str, app: object) -> Any:
    """A worker as gunicorn hands it to the hook, of a class from that module."""
    worker = type("Worker", (), {"__module__": module, "age": 1, "alive": True})()
    worker.wsgi = app
    return worker


def with_hook_called(worker: Any) -> Any:
    seen: dict[str, Any] = {}
    exec(all_files(config())["gunicorn.conf.py"], seen)  # noqa: S102 - what gunicorn does with it
    seen["post_worker_init"](worker)
    return worker


ERROR = (ValueError, ValueError("late"), None)


def wsgi_app(environ: dict[str, str], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("A", "b")])
    start_response("500 Late", [("C", "d")], ERROR)
    return [environ["PATH_INFO"].encode()]


@pytest.mark.parametrize("module", ["sync", "gthread", "ggevent"])
@pytest.mark.parametrize("probe", [True, False])
def test_app_sends_its_release_to_a_probe_only(module: str, probe: bool) -> None:
    worker = with_hook_called(gunicorn_worker(f"gunicorn.workers.{module}", wsgi_app))
    environ = {"PATH_INFO": "/a", **({"HTTP_X_UNDERSTUDY_PROBE": "1"} if probe else {})}
    started: list[tuple[object, ...]] = []

    body = worker.wsgi(environ, lambda *given: started.append((*given, None)[:3]))

    headers = [("X-Understudy-Release", "r1")] if probe else []
    assert body == [b"/a"]
    assert started == [
        ("200 OK", [("A", "b"), *headers], None),
        ("500 Late", [("C", "d"), *headers], ERROR),
    ]


@pytest.mark.parametrize(
    "module", ["gunicorn.workers.gasgi", "gunicorn.workers.gtornado", "uvicorn_worker._workers"]
)
def test_app_that_is_not_called_as_wsgi_is_left_alone(module: str) -> None:
    app = object()

    assert with_hook_called(gunicorn_worker(module, app)).wsgi is app


def test_worker_without_a_wsgi_app_gets_none() -> None:
    worker = gunicorn_worker("gunicorn.workers.gasgi", None)
    del worker.wsgi

    assert not hasattr(with_hook_called(worker), "wsgi")
