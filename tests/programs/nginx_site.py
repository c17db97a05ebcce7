"""A real nginx with a site's rendered file, in a directory, and an app behind it."""

import contextlib
import http.client
import json
import os
import pwd
import select
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.programs import host_tls
from tests.programs.site_config import rendered, rendered_pages
from tests.unit.fakes import TEMPLATES
from understudy.paths import Overlay

DOMAIN = "shop.test"


@dataclass(frozen=True)
class Nginx:
    """A running nginx. ports: of a site -> of this nginx."""

    directory: Path
    ports: dict[int, int]

    def site(self, path: str) -> Path:
        return self.directory / "srv" / path

    def get(
        self, path: str, port: int = 80, host: str = DOMAIN, sni: str = "", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        return self.ask("GET", path, None, port, host, sni, **headers)

    def ask(
        self,
        method: str,
        path: str,
        content: bytes | None,
        port: int = 80,
        host: str = DOMAIN,
        sni: str = "",
        **headers: str,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """sni: the name that the certificate is asked for, if it isn't the host."""
        kept = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.send(method, path, content, port, kept, sni or host)

    def get_as_is(
        self, path: str, port: int, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        return self.send("GET", path, None, port, {"Host": DOMAIN, **headers}, DOMAIN)

    def send(
        self,
        method: str,
        path: str,
        content: bytes | None,
        port: int,
        headers: dict[str, str],
        sni: str,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=30)
        if port == 443:
            connection = Https("127.0.0.1", self.ports[443], sni)
        with contextlib.closing(connection):
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return answer, answer.read()

    def seen_by_app(self, port: int = 80, path: str = "/", **headers: str) -> dict[str, Any]:
        """The headers of a request as the app gets them."""
        seen: dict[str, Any] = json.loads(self.get(path, port, **headers)[1])
        return seen

    def logged(self, kind: str, text: str) -> str:
        """The line with that text. nginx writes it after its answer."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for line in (self.directory / "log" / f"todo.{kind}.log").read_text().splitlines():
                if text in line:
                    return line
            time.sleep(0.02)
        raise AssertionError(f"no line with {text} in the {kind} log")


class Https(http.client.HTTPSConnection):
    """Asks for the certificate of a name, and accepts any."""

    def __init__(self, address: str, port: int, name: str) -> None:
        super().__init__(address, port, timeout=30)
        self.name = name

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        context = ssl._create_unverified_context()  # noqa: S323 - made by this test
        self.sock = context.wrap_socket(self.sock, server_hostname=self.name)


@contextlib.contextmanager
def running(
    directory: Path,
    target: dict[str, Any],
    app: dict[str, Any] | None = None,
    templates: Overlay = TEMPLATES,
    *,
    signed: bool = False,
    host: dict[str, Any] | None = None,
    modules: tuple[str, ...] = (),
    change: Callable[[str], str] = lambda site: site,
) -> Iterator[Nginx]:
    """A running nginx with the site of a target, and an app that answers.

    target, app, host: keys of deploy.yml. signed: whether the site's certificate is of a CA, whose own is
    ssl/ca.pem. modules: files of nginx's modules to load. change: of the rendered file.
    """
    ports = {80: _free_port(), 443: _free_port()}
    _make_files(directory)
    if "certificate" in target:
        _make_certificate(directory, signed=signed)
        _make_host_part(directory, ports[443])
    for name, content in rendered_pages(app, target).items():
        (directory / "srv/releases/r1" / name).write_text(content)
    site = change(rendered(app, target, templates, host)[0])
    (directory / "site").write_text(_moved(site, directory, ports))
    _write_settings(directory, ports[80], modules)
    with _app(directory / "srv/releases/r1/socket"), _nginx(directory, ports[80]):
        yield Nginx(directory, ports)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _make_files(directory: Path) -> None:
    for place in ("srv/shared/media", "srv/releases/r1", "srv/releases/r0", "log", "ssl", "temp"):
        (directory / place).mkdir(parents=True)
    (directory / "srv/current").symlink_to("releases/r1")
    (directory / "srv/previous").symlink_to("releases/r0")


def _make_certificate(directory: Path, *, signed: bool) -> None:
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    make = ("openssl", "req", "-x509", *kind, "-nodes", "-days", "2")
    site: tuple[str, ...] = (
        "-keyout",
        "ssl/todo.key",
        "-out",
        "ssl/todo.pem",
        "-subj",
        f"/CN={DOMAIN}",
    )
    if signed:
        authority = ("-keyout", "ssl/ca.key", "-out", "ssl/ca.pem", "-subj", "/CN=CA")
        use = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
        subprocess.run([*make, *authority, *use], cwd=directory, check=True, capture_output=True)
        site += ("-CA", "ssl/ca.pem", "-CAkey", "ssl/ca.key")
        for extension in (f"subjectAltName=DNS:{DOMAIN}", "basicConstraints=critical,CA:FALSE"):
            site += ("-addext", extension)
    subprocess.run([*make, *site], cwd=directory, check=True, capture_output=True)


def _make_host_part(directory: Path, port: int) -> None:
    """What provisioning writes of HTTPS, and the site's file includes."""
    host_tls.write(directory)
    file = directory / "etc/nginx/understudy/unknown-names.conf"
    lines = file.read_text().replace("listen 443", f"listen 127.0.0.1:{port}").splitlines(True)
    file.write_text("".join(line for line in lines if "listen [::]" not in line))


def _moved(site: str, directory: Path, ports: dict[int, int]) -> str:
    """The site's file with other ports, and with directories below this one."""
    for port, other in ports.items():
        assert f"listen [::]:{port}" in site or (port == 443 and "ssl" not in site)
        site = site.replace(f"    listen {port}", f"    listen 127.0.0.1:{other}")
    # The address at which a deploy requests a release that isn't live yet.
    assert "listen 127.0.0.2:80" in site
    site = site.replace("listen 127.0.0.2:80", f"listen 127.0.0.2:{_free_port()}")
    site = "".join(line for line in site.splitlines(True) if "listen [::]" not in line)
    for old, new in {
        "/srv/todo": "srv",
        "/var/log/nginx": "log",
        "/etc/ssl": "ssl",
        "/etc/nginx": "etc/nginx",
        "/var/www/understudy-acme": "acme",
    }.items():
        site = site.replace(old, f"{directory}/{new}")
    return site


def _write_settings(directory: Path, port: int, modules: tuple[str, ...]) -> None:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {directory}/temp/{kind};" for kind in kinds)
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};" if os.getuid() == 0 else ""
    loaded = " ".join(f"load_module {module};" for module in modules)
    (directory / "nginx.conf").write_text(
        f"{loaded} {user} daemon off; pid {directory}/pid; events {{}} "
        f"http {{ gzip on; {temporary} include {directory}/site; "
        # Like provisioning's server for other names.
        f"server {{ listen 127.0.0.1:{port} default_server; return 444; }} }}"
    )


@contextlib.contextmanager
def _app(socket_file: Path) -> Iterator[None]:
    server = Server(str(socket_file), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _nginx(directory: Path, port: int) -> Iterator[None]:
    program = ["nginx", "-e", "stderr", "-p", str(directory), "-c", str(directory / "nginx.conf")]
    nginx = subprocess.Popen(program, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not _answers(port):
            assert nginx.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield
    finally:
        nginx.terminate()
        nginx.wait(30)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


class App(BaseHTTPRequestHandler):
    """Answers with the headers and the path of the request; /status/N with that status; below /stream
    with a line, and no more until the visitor has left.
    """

    def do_GET(self) -> None:
        if self.path.startswith("/stream"):
            self.stream()
            return
        body = json.dumps({**self.headers, "Path": self.path}).encode()
        asked = self.path.removeprefix("/status/")
        self.send_response(302 if self.path == "/moved" else int(asked) if asked.isdigit() else 200)
        if self.path == "/moved":
            self.send_header("Location", f"http://{DOMAIN}/elsewhere")
        if self.path == "/strict":
            self.send_header("Strict-Transport-Security", "max-age=1")
            self.send_header("X-Content-Type-Options", "none")
            self.send_header("referrer-policy", "no-referrer")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path == "/stream/unbuffered":
            self.send_header("X-Accel-Buffering", "no")
        self.end_headers()
        self.wfile.write(b"first\n")
        select.select([self.connection], [], [], 10)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass

    def address_string(self) -> str:
        return "nginx"


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
