"""A release that ends closes its WebSockets with 1012 at once: with a real gunicorn, each worker for ASGI."""

import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket

import pytest
import websocket
from uv import find_uv_bin

from tests.unit.fakes import TEMPLATES, config
from understudy.release import render
from understudy.release.locks import server

# One WebSocket reads, the other only sends: the app learns of the end in different ways.
APP = """
import asyncio
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    await send({"type": "websocket.accept"})
    while scope["path"] == "/feed":
        await send({"type": "websocket.send", "text": "news"})
        await asyncio.sleep(0.05)
    while (await receive())["type"] != "websocket.disconnect":
        pass
"""
# Seconds; far more than the end may take.
DRAIN = 60


@contextmanager
def gunicorn(directory: Path, worker_class: str) -> Iterator[subprocess.Popen[bytes]]:
    keys = {"name": "shop", "module": "shop:app", "preset": "plain", "drain_timeout": DRAIN}
    app = config(app={**keys, "worker_class": worker_class})
    files = render.release_files(app, app.target("staging"), "r1", TEMPLATES)
    [text] = [file.content for file in files if file.path.name == "gunicorn.conf.py"]
    text = text.replace("/run/shop/", f"{directory}/").replace("/srv/shop/", f"{directory}/")
    (directory / "gunicorn.conf.py").write_text(text)
    (directory / "shop.py").write_text(APP)
    program = "gunicorn" if worker_class == "asgi" else "uvicorn-worker"
    lock = Path(server.__file__).parent / f"{program}.txt"
    options = ("--quiet", "--no-project", "--isolated", "--with", "websockets")
    words = ("run", *options, "--with-requirements", lock, "gunicorn")
    with subprocess.Popen([find_uv_bin(), *words], cwd=directory) as process:
        yield process
        process.terminate()


def opened(directory: Path, path: str) -> websocket.WebSocket:
    deadline = time.monotonic() + 60
    while True:
        connection = socket(AF_UNIX, SOCK_STREAM)
        try:
            connection.connect(str(directory / "r1.sock"))
            return websocket.create_connection(
                f"ws://shop.test{path}", 30, socket=connection, header=["X-Understudy-Probe: 1"]
            )
        except OSError:
            connection.close()
            assert time.monotonic() < deadline
            time.sleep(0.1)


def closed_with(connection: websocket.WebSocket) -> int:
    while True:
        frame = connection.recv_frame()
        if frame.opcode == websocket.ABNF.OPCODE_CLOSE:
            # As browsers do; the server may have left by then.
            with suppress(OSError):
                connection.send_close()
            connection.shutdown()
            return int(struct.unpack("!H", frame.data[:2])[0])


@pytest.mark.parametrize("worker_class", ["asgi", "uvicorn_worker.UvicornWorker"])
def test_release_that_ends_closes_its_websockets_as_for_a_restart(
    worker_class: str, tmp_path: Path
) -> None:
    with gunicorn(tmp_path, worker_class) as process:
        connections = [opened(tmp_path, "/talk"), opened(tmp_path, "/feed")]
        for connection in connections:
            assert (connection.getheaders() or {})["x-understudy-release"] == "r1"

        began = time.monotonic()
        process.terminate()

        assert [closed_with(connection) for connection in connections] == [1012, 1012]
        assert process.wait(DRAIN) == 0
        assert time.monotonic() - began < DRAIN / 2
