"""The gunicorn.conf.py of a release, as gunicorn runs it."""

import asyncio
from typing import Any

import pytest

from tests.unit.fakes import config
from tests.unit.release.rendering import all_files


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


def asgi_conf(worker_class: str, worker: Any) -> Any:
    seen: dict[str, Any] = {}
    text = all_files(config(app={"worker_class": worker_class}))["gunicorn.conf.py"]
    exec(text, seen)  # noqa: S102 - what gunicorn does with it
    seen["post_worker_init"](worker)
    return worker


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    """Answers, and reads a WebSocket to its end."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
        return
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@pytest.mark.parametrize("worker_class", ["asgi", "uvicorn_worker.UvicornWorker"])
@pytest.mark.parametrize("probe", [True, False])
def test_asgi_app_sends_its_release_to_a_probe_only(worker_class: str, probe: bool) -> None:
    worker = gunicorn_worker("some.worker", asgi_app)
    worker.asgi = asgi_app
    worker = asgi_conf(worker_class, worker)
    app = worker.asgi if worker_class == "asgi" else worker.wsgi
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"x-understudy-probe", b"1")] if probe else []
    for kind in ("http", "websocket"):
        asyncio.run(app({"type": kind, "headers": headers}, receive, send))

    named = [(b"x-understudy-release", b"r1")] if probe else []
    assert sent[0]["headers"] == [(b"a", b"b"), *named]
    assert sent[1].get("headers", []) == named


def test_worker_that_ends_closes_its_websockets_with_1012() -> None:
    worker = gunicorn_worker("gunicorn.workers.gasgi", None)
    worker.asgi = asgi_app
    app = asgi_conf("asgi", worker).asgi

    async def connection(closed: list[Any]) -> None:
        ended = asyncio.Event()

        async def receive() -> Any:
            await ended.wait()
            return {"type": "websocket.disconnect"}

        async def send(message: Any) -> None:
            closed.append(message)
            if message["type"] == "websocket.close":
                ended.set()

        await app({"type": "websocket", "headers": []}, receive, send)

    async def both() -> tuple[list[Any], list[Any]]:
        one: list[Any] = []
        other: list[Any] = []
        open_ones = asyncio.gather(connection(one), connection(other))
        await asyncio.sleep(0.01)
        assert len(one) == len(other) == 1
        worker.alive = False
        await asyncio.wait_for(open_ones, 5)
        return one, other

    for sent in asyncio.run(both()):
        assert sent[1:] == [{"type": "websocket.close", "code": 1012}]


@pytest.mark.parametrize(("size", "limit"), [("8k", 8192), ("1k", 8190), ("32k", 32768)])
def test_gunicorn_takes_each_header_that_nginx_takes(size: str, limit: int) -> None:
    files = all_files(config(app={"request_header_size": size}))

    assert f"limit_request_field_size = {limit}\n" in files["gunicorn.conf.py"]
    assert f"large_client_header_buffers 4 {size};" in files["shop"]
