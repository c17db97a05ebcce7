"""A certificate whose file was renewed while nginx serves the old one: `verify` and `status` say so."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.programs.certbot_site import make_pair
from understudy.commands import nginx as commands
from understudy.host.certificates import describe_unserved, parse_pem
from understudy.testing.host_questions import QUESTIONS

pytestmark = pytest.mark.needs("nginx")
_CONFIG = """
daemon off; pid {folder}/pid; error_log stderr; worker_processes 2;
events {{ }}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl; server_name todo.test;
        ssl_certificate {folder}/fullchain.pem; ssl_certificate_key {folder}/privkey.pem;
    }}
}}
"""


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int

    def renew(self) -> None:
        make_pair(self.folder, "-days", "9")

    def reload(self) -> None:
        subprocess.run(["nginx", "-c", self.folder / "nginx.conf", "-s", "reload"], check=True)

    def question(self) -> list[str]:
        """What verify asks: the serials in the file and of the handshake, and when the file was written."""
        text = QUESTIONS["certificates"].replace(":443", f":{self.port}")
        chain = {"chain": str(self.folder / "fullchain.pem"), "domain": "todo.test"}
        return subprocess.run(
            ["sh", "-c", text], env={**os.environ, **chain}, capture_output=True, text=True
        ).stdout.splitlines()

    def status(self) -> str:
        chain = self.folder / "fullchain.pem"
        words = commands.served_certificate("todo.test", str(chain))
        here = [word.replace(":443", f":{self.port}") for word in words]
        printed = subprocess.run(here, capture_output=True, text=True, check=True).stdout
        return describe_unserved(parse_pem(chain.read_text(), "2024-01-01"), printed)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = Server(tmp_path, free.getsockname()[1])
    found.renew()
    text = _CONFIG.format(folder=tmp_path, port=found.port)
    (tmp_path / "nginx.conf").write_text(text)
    process = subprocess.Popen(["nginx", "-c", tmp_path / "nginx.conf"])
    try:
        _until(lambda: len(found.question()) == 3)
        yield found
    finally:
        process.terminate()
        process.wait()


def test_renewed_file_is_reported_until_nginx_is_reloaded(server: Server) -> None:
    file, served, _ = server.question()
    assert file == served
    assert server.status() == ""

    server.renew()

    file, served, written = server.question()
    assert file != served
    assert written.endswith(" UTC")
    assert server.status().startswith(
        f"NOT SERVED: the certificate's file was renewed on {written},"
    )

    server.reload()
    # The old workers end when they have answered.
    _until(lambda: server.status() == "")


def test_host_without_a_certificate_is_asked_for_none() -> None:
    text = QUESTIONS["certificates"]
    environment = {"PATH": os.environ["PATH"], "chain": "", "domain": "todo.test"}
    asked = subprocess.run(["sh", "-c", text], env=environment, capture_output=True, text=True)

    assert (asked.returncode, asked.stdout) == (0, "")


def test_nothing_is_reported_where_nginx_or_the_file_is_not_there(tmp_path: Path) -> None:
    make_pair(tmp_path, "-days", "9")
    chain = tmp_path / "fullchain.pem"
    words = [
        word.replace(":443", ":1") for word in commands.served_certificate("todo.test", "/no/file")
    ]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout

    assert describe_unserved(parse_pem(chain.read_text(), "2024-01-01"), printed) == ""


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("not within 30 s")
