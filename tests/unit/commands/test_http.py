"""Requests by curl to an app at a socket."""

from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path, PurePosixPath
from socketserver import UnixStreamServer
from threading import Thread

import pytest

from tests.unit.commands.running import pure, run
from understudy.commands import all_of, http


class App(BaseHTTPRequestHandler):
    """Answers with the status that the path names, and with the headers about the visitor."""

    def do_GET(self) -> None:
        body = f"{self.headers['Host']} {self.headers['X-Forwarded-Proto']}".encode()
        body = b"" if "empty" in self.path else body
        self.send_response(int(self.path[1:4]))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        # Who has seen a bad status may be gone already.
        with suppress(BrokenPipeError):
            self.wfile.write(body)

    def address_string(self) -> str:
        return "a socket has none"

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def app(tmp_path: Path) -> Iterator[PurePosixPath]:
    """The socket of an app."""
    with UnixStreamServer(str(tmp_path / "app.sock"), App) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield pure(tmp_path / "app.sock")
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_app_gets_the_same_headers_about_the_visitor_as_from_nginx(
    app: PurePosixPath, scheme: str
) -> None:
    done = run(http.get(f"{scheme}://shop.test/200", socket=app))

    assert (done.returncode, done.stdout) == (0, f"shop.test {scheme}")


@pytest.mark.parametrize("path", ["500", "404", "500empty"])
def test_bad_answer_fails_and_differs_from_no_answer(app: PurePosixPath, path: str) -> None:
    done = run(http.get(f"http://shop.test/{path}", socket=app))

    assert done.returncode != 0
    assert http.answered(done.stderr)
    assert done.stdout == ("" if "empty" in path else "shop.test http")


@pytest.mark.parametrize(
    ("path", "reached"), [("200", True), ("404", True), ("500", False), ("503empty", False)]
)
def test_older_release_is_reached_if_it_answers_at_all(
    app: PurePosixPath, path: str, reached: bool
) -> None:
    done = run(http.reach(f"http://shop.test/{path}", socket=app))

    assert (done.returncode == 0) == reached
    assert path[:3] in done.stdout
    assert run(http.reach("http://shop.test/", socket=app.parent / "none")).returncode != 0


def test_of_several_requests_only_the_first_failure_is_printed(app: PurePosixPath) -> None:
    urls = [f"http://shop.test/{path}" for path in ("200", "201", "404", "500")]

    good = run(all_of(tuple(http.get(url, socket=app) for url in urls[:2])))
    bad = run(all_of(tuple(http.get(url, socket=app) for url in urls)))

    assert (good.returncode, good.stdout, good.stderr) == (0, "", "")
    assert (bad.returncode, bad.stdout) == (22, "shop.test http\n")
    assert http.answered(bad.stderr)
    assert "404" in bad.stderr


def test_missing_socket_is_no_answer(tmp_path: Path) -> None:
    done = run(http.get("http://shop.test/", socket=pure(tmp_path / "none.sock")))

    assert done.returncode != 0
    assert not http.answered(done.stderr)


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("http://shop.test/x", "shop.test:80:127.0.0.1"),
        ("https://shop.test/x", "shop.test:443:127.0.0.1"),
    ],
)
def test_check_through_nginx_asks_this_host_whatever_the_name_leads_to(
    url: str, through: str
) -> None:
    argv = http.get(url, address="127.0.0.1")

    assert argv[argv.index("--resolve") + 1] == through
    assert argv[-1] == url
