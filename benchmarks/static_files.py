"""Static files by Understudy's nginx file, by nginx that compresses each time, and by WhiteNoise behind nginx.

python -m benchmarks.static_files     writes the table into docs/edge.md. Needs nginx and its module for brotli,
                                      and wrk. All requests stay on this machine.
"""

import contextlib
import gzip
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import document, machine, tables
from benchmarks.timing import PROJECT
from tests.programs.nginx_site import DOMAIN, Nginx, running
from understudy.release import static_files

PAGE = PROJECT / "docs" / "edge.md"
FILES = {
    "a style sheet": PROJECT / "templates" / "report.css",
    "a large script": PROJECT / "vendor" / "axe-core" / "axe.min.js",
    "a picture": PROJECT / "docs" / "images" / "site.png",
}
MODULE = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"
# The best of them counts: what else the machine does only lowers a figure.
ROUNDS = 5
LOAD = ("wrk", "--threads=1", "--connections=16", "--duration=2s")
UV = (str(PROJECT / ".venv" / "bin" / "uv"), "run", "--quiet", "--no-project", "--isolated")
PEER = ("--with", "whitenoise==6.12.0", "--with", "gunicorn==27.0.1", "--with", "brotli==1.2.1")
PEER_APP = """
from whitenoise import WhiteNoise

def missing(environ, start_response):
    start_response("404 Not Found", [])
    return []

application = WhiteNoise(missing, root="static", prefix="static/", max_age=3600)
"""


@dataclass(frozen=True)
class Server:
    """takes: the Accept-Encoding of the requests."""

    name: str
    nginx: Nginx
    takes: str


def main() -> None:
    with TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        servers = [stack.enter_context(one(Path(directory))) for one in (ours, brotli, plain, peer)]
        measured: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for what, file in FILES.items():
                for server in servers:
                    rate = requests_per_second(server, file.name)
                    print(f"{what}, {server.name}: {rate:.0f} requests/s", flush=True)
                    measured.setdefault((what, server.name), []).append(rate)
        rows = [
            (what, server.name, f"{max(rates):,.0f}", f"{size(server, FILES[what].name):,}")
            for server in servers
            for (what, name), rates in measured.items()
            if name == server.name
        ]
    rows.sort(key=lambda row: list(FILES).index(row[0]))
    table = tables.table(("what", "by", "requests/s", "bytes"), rows)
    version = subprocess.run(("nginx", "-v"), capture_output=True, text=True).stderr
    nginx, source = version.strip().rpartition("/")[2], machine.source()
    text = f"{table}\n\nMeasured on {source.date} with nginx {nginx}; {source.machine}."
    PAGE.write_text(document.with_part(PAGE.read_text(), "static", text))


@contextlib.contextmanager
def site(directory: Path, change: Callable[[str], str] = lambda text: text) -> Iterator[Nginx]:
    packages = {"packages": [static_files.BROTLI]}
    directory.mkdir()
    with running(directory, {}, host=packages, modules=(MODULE,), change=change) as nginx:
        static = nginx.site("releases/r1/static")
        static.mkdir()
        for file in FILES.values():
            shutil.copy(file, static)
            if static_files.is_text(file.name):
                for suffix in (".gz", ".br"):
                    copy = static_files.compressed(file.read_bytes(), suffix)
                    (static / f"{file.name}{suffix}").write_bytes(copy)
        yield nginx


@contextlib.contextmanager
def ours(directory: Path) -> Iterator[Server]:
    with site(directory / "ours") as nginx:
        yield Server("Understudy", nginx, "gzip")


@contextlib.contextmanager
def brotli(directory: Path) -> Iterator[Server]:
    with site(directory / "brotli") as nginx:
        yield Server("Understudy with brotli", nginx, "gzip, br")


@contextlib.contextmanager
def plain(directory: Path) -> Iterator[Server]:
    def change(text: str) -> str:
        return re.sub(r" *(gzip|brotli)_static on;\n", "", text)

    with site(directory / "plain", change) as nginx:
        yield Server("nginx without copies", nginx, "gzip")


@contextlib.contextmanager
def peer(directory: Path) -> Iterator[Server]:
    def change(text: str) -> str:
        return re.sub(r'location ~ "\^/static/.*?\n    }\n', "", text, flags=re.S).replace(
            "current/socket", "current/whitenoise"
        )

    with site(directory / "peer", change) as nginx, whitenoise(nginx.site("releases/r1")):
        yield Server("WhiteNoise behind nginx", nginx, "gzip, br")


@contextlib.contextmanager
def whitenoise(release: Path) -> Iterator[None]:
    """With two workers, as a site has them by default."""
    (release / "site_of_peer.py").write_text(PEER_APP)
    workers = ("gunicorn", "-w", "2", "-b", "unix:whitenoise", "site_of_peer:application")
    server = subprocess.Popen((*UV, *PEER, *workers), cwd=release, stderr=subprocess.DEVNULL)
    try:
        while not (release / "whitenoise").exists():
            if server.poll() is not None:
                raise SystemExit("gunicorn with WhiteNoise does not start")
            time.sleep(0.1)
        time.sleep(2)
        yield
    finally:
        server.terminate()
        server.wait()


def requests_per_second(server: Server, name: str) -> float:
    url = f"http://127.0.0.1:{server.nginx.ports[80]}/static/{name}"
    headers = ("-H", f"Host: {DOMAIN}", "-H", f"Accept-Encoding: {server.takes}")
    done = subprocess.run((*LOAD, *headers, url), capture_output=True, text=True, check=True)
    found = re.search(r"Requests/sec: *([\d.]+)", done.stdout)
    if not found or "Non-2xx" in done.stdout:
        raise SystemExit(f"{server.name} does not answer {url}:\n{done.stdout}")
    return float(found[1])


def size(server: Server, name: str) -> int:
    answer, body = server.nginx.get(f"/static/{name}", Accept_Encoding=server.takes)
    if answer.headers["Content-Encoding"] == "gzip":
        gzip.decompress(body)
    return len(body)


if __name__ == "__main__":
    main()
