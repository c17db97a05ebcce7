"""The real pip and uv log in to a private index, with nothing secret among their words."""

import base64
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from uv import find_uv_bin

from understudy.release.index_login import logged_in

WANTED = "Basic " + base64.b64encode(b"__token__:hunter22").decode()


class Index(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append(self.headers.get("Authorization"))  # type: ignore[attr-defined]
        self.send_response(404 if self.headers.get("Authorization") == WANTED else 401)
        self.send_header("WWW-Authenticate", "Basic realm=index")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def index() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Index)
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.mark.parametrize(
    "words",
    [
        (sys.executable, "-I", "-m", "pip", "download", "--no-input", "--no-deps", "tiny==1"),
        (find_uv_bin(), "pip", "compile", "--no-cache", "tiny.in"),
    ],
    ids=["pip", "uv"],
)
def test_index_gets_the_token(
    words: Sequence[str], index: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYPI_TOKEN", "hunter22")
    (tmp_path / "tiny.in").write_text("tiny==1\n")
    url = f"http://127.0.0.1:{index.server_port}/simple"

    with logged_in({"127.0.0.1": "PYPI_TOKEN"}):
        done = subprocess.run(
            [*words, "--index-url", url], cwd=tmp_path, capture_output=True, text=True
        )

    assert WANTED in index.seen  # type: ignore[attr-defined]
    assert "hunter22" not in done.stdout + done.stderr
