"""Of a release whose workers don't all start no worker answers the deploy: with a real gunicorn."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket

from uv import find_uv_bin

from tests.unit.fakes import TEMPLATES, config
from understudy.release import render
from understudy.release.locks import server

# The second to load it fails, late: the first could have answered by then.
APP = """
import os, time
try:
    os.mkdir({mark!r})
except FileExistsError:
    time.sleep(1)
    raise
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"well"]
"""


class Unix(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("shop.test", timeout=20)
        self._path = path

    def connect(self) -> None:
        self.sock = socket(AF_UNIX, SOCK_STREAM)
        self.sock.settimeout(20)
        self.sock.connect(str(self._path))


def answer(path: Path) -> int:
    """The status of the first answer; 0 if the connection ends without one."""
    for _ in range(200):
        if path.exists():
            break
        time.sleep(0.05)
    site = Unix(path)
    try:
        site.request("GET", "/")
        return site.getresponse().status
    except OSError:
        return 0
    finally:
        site.close()


@contextmanager
def gunicorn(directory: Path) -> Iterator[Path]:
    """Two workers of APP. Its socket."""
    app = config(app={"name": "shop", "module": "shop:app", "preset": "plain", "workers": 2})
    files = render.release_files(app, app.target("staging"), "r1", TEMPLATES)
    [text] = [file.content for file in files if file.path.name == "gunicorn.conf.py"]
    text = text.replace("/run/shop/", f"{directory}/").replace("/srv/shop/", f"{directory}/")
    (directory / "gunicorn.conf.py").write_text(text)
    (directory / "shop.py").write_text(APP.format(mark=str(directory / "mark")))
    lock = Path(server.__file__).parent / "gunicorn.txt"
    words = (
        "run",
        "--quiet",
        "--no-project",
        "--isolated",
        "--with-requirements",
        lock,
        "gunicorn",
    )
    with subprocess.Popen([find_uv_bin(), *words], cwd=directory) as process:
        yield directory / "r1.sock"
        process.terminate()


def test_no_worker_answers_a_deploy_before_all_have_loaded_the_app(tmp_path: Path) -> None:
    pipe = tmp_path / "lock.pipe"
    subprocess.run(["mkfifo", pipe], check=True)
    with pipe.open("r+b", buffering=0), gunicorn(tmp_path) as site:
        assert answer(site) == 0


def test_the_first_worker_answers_at_once_without_a_deploy(tmp_path: Path) -> None:
    with gunicorn(tmp_path) as site:
        assert answer(site) == 200
