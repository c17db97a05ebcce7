"""Of a release whose workers don't all start no worker answers the deploy: with a real gunicorn."""

import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket

from tests.programs.real_gunicorn import gunicorn

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


def test_no_worker_answers_a_deploy_before_all_have_loaded_the_app(tmp_path: Path) -> None:
    pipe = tmp_path / "lock.pipe"
    subprocess.run(["mkfifo", pipe], check=True)
    with (
        pipe.open("r+b", buffering=0),
        gunicorn(tmp_path, APP.format(mark=str(tmp_path / "mark"))) as site,
    ):
        assert answer(site) == 0


def test_the_first_worker_answers_at_once_without_a_deploy(tmp_path: Path) -> None:
    with gunicorn(tmp_path, APP.format(mark=str(tmp_path / "mark"))) as site:
        assert answer(site) == 200
