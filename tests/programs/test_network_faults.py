"""The faults that tests plant between two hosts: they are there, and gone afterwards."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.integration.network_faults import End, Link
from tests.integration.visitors import Seen, Visit, Visitors

HOST, PEER = "10.157.62.1", "10.157.62.2"
ECHO = """
import socket
server = socket.socket(type=socket.SOCK_DGRAM)
server.bind(("", 7))
while True:
    server.sendto(*server.recvfrom(9))
"""
# Prints how many of so many datagrams are answered, the last one within a second after the others.
ASK = """
import socket, sys
client = socket.socket(type=socket.SOCK_DGRAM)
client.settimeout(1)
for number in range(int(sys.argv[2])):
    client.sendto(b"%d" % number, (sys.argv[1], 7))
answers = 0
try:
    while answers < int(sys.argv[2]):
        client.recv(9)
        answers += 1
except TimeoutError:
    pass
print(answers)
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes namespaces")


@pytest.fixture
def link() -> Iterator[Link]:
    """Two networks with a process each, of which the peer echoes, and a cable between them."""
    host = subprocess.Popen(["unshare", "--net", "sleep", "600"])
    peer = subprocess.Popen(["unshare", "--net", sys.executable, "-c", ECHO])
    try:
        _wait_for_networks(host.pid, peer.pid)
        _run("ip", "link", "add", "fault-a", "type", "veth", "peer", "name", "fault-b")
        for process, device, address in (
            (host.pid, "fault-a", HOST),
            (peer.pid, "fault-b", PEER),
        ):
            _run("ip", "link", "set", device, "netns", str(process))
            _inside(process, "ip", "address", "add", f"{address}/24", "dev", device)
            _inside(process, "ip", "link", "set", device, "up")
        yield Link(End(host.pid, HOST), End(peer.pid, PEER))
    finally:
        for one in (host, peer):
            one.kill()
            one.wait()


def test_partition_ends(link: Link) -> None:
    assert _answers(link) == 3
    with link.partition():
        assert _answers(link) == 0
    assert _answers(link) == 3


def test_loss_is_of_some(link: Link) -> None:
    # Both ways: 1 - 0.7² of the questions are lost, 51 of 100.
    with link.loss(30):
        assert 20 <= _answers(link, 100) <= 80
    assert _answers(link, 100) == 100


def test_latency_is_of_the_link_alone(link: Link) -> None:
    """By the fastest of some answers: a busy machine only adds to them."""
    before = _fastest(link)
    with link.latency(400):
        assert 0.4 <= _fastest(link) < before + 1.2
    assert _fastest(link) < before + 0.4


def _fastest(link: Link) -> float:
    """Seconds until an answer is there, with the start of the program that asks."""
    taken = []
    for _ in range(5):
        begun = time.monotonic()
        assert _answers(link, 1) == 1
        taken.append(time.monotonic() - begun)
    return min(taken)


def _wait_for_networks(*processes: int) -> None:
    own = Path("/proc/self/ns/net").readlink()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{process}/ns/net").readlink() == own for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _answers(link: Link, count: int = 3) -> int:
    asked = [sys.executable, "-c", ASK, link.peer.address, str(count)]
    return int(_run(*link.host.inside, *asked))


def _inside(process: int, *command: str) -> None:
    _run("nsenter", f"--net=/proc/{process}/ns/net", *command)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503 if self.path == "/error" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/error", 503)])
def test_visitors_come_at_a_rate_and_note_what_they_saw(path: str, status: int) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with Visitors([f"127.0.0.1:{server.server_port}"], "shop.test", path, rate=20) as visitors:
            visitors.stay(1)
        server.shutdown()

    assert 10 < len(visitors.visits) <= 21
    assert {visit.status for visit in visitors.visits} == {status}


@pytest.mark.parametrize(("path", "served"), [("/", True), ("/error", False)])
def test_visitors_stay_until_they_are_served(path: str, served: bool) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with Visitors([f"127.0.0.1:{server.server_port}"], "shop.test", path, rate=20) as visitors:
            assert visitors.stay_until_served(6) == served
        server.shutdown()


def test_what_visitors_saw_is_counted() -> None:
    answered = [Visit(0, 0.1, 200), Visit(1, 0.1, 200), Visit(8, 2, 200), Visit(11, 0.1, 200)]
    failed = [Visit(2, 0.1, 500), Visit(6, 30, 0)]

    seen = Seen.of([*answered, *failed])

    assert (seen.visits, seen.failed, seen.last_failure) == (6, 2, 6)
    assert seen.longest == pytest.approx(8.9)
    assert seen.slowest == 2
    assert seen.seconds_to_recover(5) == 1
    assert Seen.of(answered).seconds_to_recover(5) == 0
