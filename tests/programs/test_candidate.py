"""Requests to a release that is not live yet, through the real nginx, with the real curl and shell."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.fakes import TEMPLATES, config
from understudy.commands import app as app_commands
from understudy.commands import candidate
from understudy.release import render

APP = """
import http.server, pathlib, socketserver, sys, threading
answers = eval(sys.argv[2])
busy = threading.Lock()
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, headers = answers[self.path]
        if status == "one at a time":
            status = 200 if busy.acquire(blocking=False) else 500
            threading.Event().wait(0.5)
            if status == 200:
                busy.release()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"database is locked" if status == 500 else b"hello")
    def address_string(self):
        return "nginx"
class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    request_queue_size = 50
Server(sys.argv[1], Page).serve_forever()
"""
ANSWERS = {
    "/": (200, {}),
    "/large": (200, {"Set-Cookie": "x" * 10_000}),
    "/health": (301, {"Location": "/health/"}),
    "/login-first": (302, {"Location": "/login/"}),
    "/crowded": ("one at a time", {}),
}
# A network namespace, so that the address and the port can be those of a host.
RUN = """
ip link set lo up
python3 {app} {socket} {answers} 2>/dev/null &
app=$!
nginx -e stderr -p {top} -c {top}/nginx.conf &
nginx=$!
for _ in $(seq 100); do [ -S {socket} ] && [ -e {top}/nginx.pid ] && break; sleep 0.1; done
status=0
{ask} || status=$?
kill $app $nginx
exit $status
"""

Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Requests paths of a release; app: keys of its deploy.yml."""
    needed = [name for name in ("nginx", "unshare", "ip") if not shutil.which(name)]
    if needed or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip(f"needs a network namespace, nginx and iproute2 ({needed})")

    def start(*paths: str, **app: str) -> subprocess.CompletedProcess[str]:
        site = config(app={"preset": "plain", **app})
        host_files = render.host_files(site, site.target("staging"), TEMPLATES)
        root, socket = tmp_path / "srv" / "shop", tmp_path / "app.sock"
        release = root / "releases" / "new"
        release.mkdir(parents=True)
        (release / "socket").symlink_to(socket)

        def here(text: str) -> str:
            return text.replace("/srv/shop", str(root)).replace("/var/log/nginx", str(tmp_path))

        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind}; " for kind in kinds)
        (tmp_path / "nginx.conf").write_text(
            f"user root; daemon off; pid {tmp_path}/nginx.pid; events {{}}\n"
            f"http {{ access_log off; {temporary} server {{ listen 80 default_server; return 444; }}\n"
            f"{here(host_files[0].content)} }}"
        )
        (tmp_path / "app.py").write_text(APP)
        argv = candidate.ask("shop", PurePosixPath("/srv/shop"), "new", "shop.test", paths)
        script = RUN.format(
            app=tmp_path / "app.py",
            socket=socket,
            answers=shlex.quote(repr(ANSWERS)),
            top=tmp_path,
            ask=here(shlex.join(argv)),
        )
        return subprocess.run(
            ["unshare", "-rn", "sh", "-c", script.replace("python3", sys.executable)],
            capture_output=True,
            text=True,
            timeout=60,
        )

    return start


def test_release_that_answers_passes(ask: Ask, tmp_path: Path) -> None:
    done = ask("/", "/login-first")

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (tmp_path / "srv/shop/candidate").readlink() == Path("releases/new")
    assert not (tmp_path / "srv/shop/current").exists()


def test_large_headers_are_found_and_the_key_is_named(ask: Ask) -> None:
    done = ask("/", "/large")

    assert done.returncode == 1
    assert "/large: status 502 through nginx" in done.stdout
    assert "upstream sent too big header" in done.stdout
    assert "larger than app.proxy_buffer_size in deploy.yml" in done.stdout


def test_named_key_fixes_it(ask: Ask) -> None:
    assert ask("/large", proxy_buffer_size="16k").returncode == 0


def test_error_of_the_app_is_not_blamed_on_headers(ask: Ask) -> None:
    done = ask("/crowded")

    assert "proxy_buffer_size" not in done.stdout


def test_visitors_send_requests_at_the_same_time(ask: Ask) -> None:
    """Each request alone would get an answer."""
    done = ask("/crowded")

    assert done.returncode == 1
    assert "/crowded: status 500 through nginx, for visitor" in done.stdout
    assert "database is locked" in done.stdout


def test_path_without_its_slash_is_named(ask: Ask) -> None:
    done = ask("/health")

    assert done.returncode == 1
    assert done.stdout == "/health redirects to /health/: write /health/ in deploy.yml\n"


def test_health_path_that_redirects_is_noted_once_with_where_it_leads(ask: Ask) -> None:
    done = ask("/login-first", "/login-first")

    assert done.returncode == 0
    [note] = app_commands.notes(done.stdout)
    assert note.startswith("the health path /login-first redirects to http://shop.test/login/;")


def test_visitor_without_an_answer_is_reported_with_the_reason(tmp_path: Path) -> None:
    """Nothing listens at the address: curl says why, and there is no page."""
    root = tmp_path / "shop"
    root.mkdir()
    argv = candidate.ask("shop", PurePosixPath(root), "new", "shop.test", ("/",))

    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)

    assert done.returncode == 1
    assert "/: status 000 through nginx, for visitor" in done.stdout
    assert "Failed to connect to shop.test port 80" in done.stdout
