"""A real HAProxy with a site's rendered configuration, in a directory, and web hosts behind it."""

import contextlib
import http.client
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath

from tests.unit.config.test_topology import BALANCED, config
from tests.unit.fakes import TEMPLATES
from understudy.commands import Argv, haproxy
from understudy.commands.haproxy import Server
from understudy.release import proxy_files

# As in deploy.yml -> here, where each listens at a port of its own.
HOSTS = ("10.0.0.1", "10.0.0.2")


class WebHost(ThreadingHTTPServer):
    """nginx of a web host, as far as a proxy sees it. status: of its health path."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.seen = 0
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A health check closes its connection as soon as it has the answer."""

    def power_off(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: WebHost

    def do_GET(self) -> None:
        is_check = self.path == "/"
        if not is_check:
            self.server.seen += 1
            time.sleep(0.02 if self.path != "/slow" else 0.6)
        self.send_response(self.server.status if is_check else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


class _ByUnixSocket(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("shop.test", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


@dataclass
class Proxy:
    directory: Path
    hosts: Sequence[WebHost]
    process: "subprocess.Popen[bytes]" = field(repr=False)

    def get(self, path: str = "/page") -> int:
        with contextlib.closing(_ByUnixSocket(self.directory / "haproxy.sock")) as connection:
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            return answer.status

    def servers(self) -> dict[str, Server]:
        found = self.ask(haproxy.servers(self.admin))
        return {server.address: server for server in found}

    def ask(self, argv: Argv) -> tuple[Server, ...]:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return haproxy.parse(done.stdout)

    @property
    def admin(self) -> PurePosixPath:
        return PurePosixPath(self.directory / "haproxy-admin.sock")

    def until(self, address: str, *, up: bool) -> float:
        """Seconds until it sees the host so."""
        began = time.monotonic()
        while self.servers()[address].is_up != up:
            assert time.monotonic() - began < 20, self.servers()
            time.sleep(0.05)
        return time.monotonic() - began

    @contextlib.contextmanager
    def traffic(self, visitors: int = 4) -> Iterator[Counter[str]]:
        """Visitors who ask for pages until the end of the block: what they got, and how often."""
        found, ended = Counter[str](), threading.Event()

        def visit() -> None:
            while not ended.is_set():
                try:
                    what = str(self.get())
                except (OSError, http.client.HTTPException) as error:
                    what = repr(error)
                found[what] += 1

        threads = [threading.Thread(target=visit) for _ in range(visitors)]
        for thread in threads:
            thread.start()
        try:
            yield found
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def written(directory: Path, ports: Sequence[int]) -> Path:
    """The rendered configuration, with sockets and web hosts of this test."""
    whole = config(BALANCED)
    [proxy] = whole.targets["production"].proxies()
    text = proxy_files.site_config(whole, proxy, TEMPLATES, answers_challenges=False)[1].content
    for page in proxy_files.error_pages(whole, proxy, TEMPLATES):
        (directory / page.path.name).write_text(page.content)
    text = text.replace("/run/shop", str(directory)).replace(
        "/srv/shop/error-pages", str(directory)
    )
    for address, port in zip(HOSTS, ports, strict=True):
        text = text.replace(f"server {address} {address}:80", f"server {address} 127.0.0.1:{port}")
    file = directory / "shop.cfg"
    file.write_text(text)
    return file


@contextlib.contextmanager
def running(directory: Path) -> Iterator[Proxy]:
    hosts = [WebHost() for _ in HOSTS]
    file = written(directory, [host.server_port for host in hosts])
    process = subprocess.Popen(
        ("haproxy", "-W", "-f", str(file)), stdout=(directory / "log").open("wb"), stderr=2
    )
    try:
        proxy = Proxy(directory, hosts, process)
        deadline = time.monotonic() + 20
        while not Path(proxy.admin).exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        for address in HOSTS:
            proxy.until(address, up=True)
        yield proxy
    finally:
        process.terminate()
        process.wait()
        for host in hosts:
            host.power_off()
