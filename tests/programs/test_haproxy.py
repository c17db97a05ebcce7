"""A real HAProxy with the rendered configuration: what visitors lose of a drain, a reload, a dead web host."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from tests.programs.proxy_site import HOSTS, Proxy, running, written
from understudy.commands import drained, haproxy

pytestmark = pytest.mark.needs("haproxy")
FIRST, SECOND = HOSTS


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    # The path of a unix socket has at most 107 bytes.
    short = Path(f"/tmp/ud-proxy-{os.getpid()}-{time.monotonic_ns()}")
    short.symlink_to(tmp_path)
    try:
        with running(short) as made:
            yield made
    finally:
        short.unlink()


def test_drain_under_traffic_loses_no_request(proxy: Proxy) -> None:
    slow: list[int] = []
    waiting = [threading.Thread(target=lambda: slow.append(proxy.get("/slow"))) for _ in range(4)]
    with proxy.traffic() as got:
        for thread in waiting:
            thread.start()
        time.sleep(0.2)
        [drained] = proxy.ask(haproxy.drain(proxy.admin, FIRST, 10))
        before = proxy.hosts[0].seen
        # What would lose requests if any came.
        proxy.hosts[0].status = 500
        time.sleep(0.5)
        seen = proxy.hosts[0].seen - before
        proxy.hosts[0].status = 200
        [back] = proxy.ask(haproxy.ready(proxy.admin, FIRST, 10))
        time.sleep(0.5)
    for thread in waiting:
        thread.join()

    assert (drained.sessions, drained.is_drained) == (0, True)
    assert seen == 0, "it got requests while it was drained"
    assert back.is_up
    assert proxy.hosts[0].seen > before, "it gets none since"
    assert slow == [200] * 4, "those under way were cut off"
    assert list(got) == ["200"]


def test_host_that_is_drained_shows_as_drained_also_once_its_health_path_says_503(
    proxy: Proxy,
) -> None:
    proxy.ask(haproxy.drain(proxy.admin, FIRST, 5))
    proxy.hosts[0].status = 503
    time.sleep(3)

    assert proxy.servers()[FIRST].is_drained
    assert proxy.servers()[SECOND].is_up


def test_who_has_drained_a_host_is_read_beside_the_socket(proxy: Proxy) -> None:
    since = datetime(2026, 3, 1, 12, tzinfo=UTC)
    mark = drained.Mark(drained.BY_HAND, "ann@desk", since)
    note = PurePosixPath(proxy.directory / f"drained-{FIRST}")
    subprocess.run(drained.set_flag(note, mark), check=True)

    assert proxy.servers()[FIRST].mark == mark
    assert proxy.servers()[SECOND].mark is None
    read = subprocess.run(drained.read_flag(note), check=True, capture_output=True, text=True)
    assert drained.parse(read.stdout) == mark
    subprocess.run(drained.clear_flag(note), check=True)
    assert proxy.servers()[FIRST].mark is None


def test_host_that_is_not_healthy_is_not_sent_requests_by_ready(proxy: Proxy) -> None:
    proxy.ask(haproxy.drain(proxy.admin, FIRST, 5))
    proxy.hosts[0].status = 503
    time.sleep(3)

    [server] = proxy.ask(haproxy.ready(proxy.admin, FIRST, 2.5))

    assert not server.is_up
    assert {proxy.get() for _ in range(6)} == {200}


def test_flag_of_the_host_takes_it_out_without_the_runtime_api(proxy: Proxy) -> None:
    """As a load balancer of a provider sees it."""
    with proxy.traffic() as got:
        proxy.hosts[0].status = 503
        seconds = proxy.until(FIRST, up=False)
        before = proxy.hosts[0].seen
        time.sleep(0.3)
        assert proxy.hosts[0].seen == before
    assert proxy.servers()[FIRST].status == "DOWN 503"

    assert seconds < 4
    assert list(got) == ["200"]


def test_dead_host_is_noticed_and_no_get_is_lost(proxy: Proxy) -> None:
    with proxy.traffic() as got:
        time.sleep(0.3)
        proxy.hosts[0].power_off()
        seconds = proxy.until(FIRST, up=False)

    assert proxy.servers()[FIRST].status == "DOWN"
    assert seconds < 5
    assert list(got) == ["200"]


def test_visitors_get_our_page_if_no_host_is_left(proxy: Proxy) -> None:
    for host in proxy.hosts:
        host.status = 500
    for address in HOSTS:
        proxy.until(address, up=False)

    assert proxy.get() == 503


def test_reload_under_traffic_loses_no_request(proxy: Proxy) -> None:
    """With another configuration: the second host alone."""
    file = proxy.directory / "shop.cfg"
    with proxy.traffic() as got:
        time.sleep(0.2)
        text = file.read_text()
        file.write_text(
            "".join(line for line in text.splitlines(True) if f"server {FIRST}" not in line)
        )
        os.kill(proxy.process.pid, signal.SIGUSR2)
        deadline = time.monotonic() + 10
        while FIRST in proxy.servers():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.3)

    assert sum(got.values()) > 20
    assert list(got) == ["200"]


def test_unknown_host_is_an_error(proxy: Proxy) -> None:
    argv = haproxy.drain(proxy.admin, "10.9.9.9", 1)
    done = subprocess.run(argv, capture_output=True, text=True)

    assert done.returncode == 1
    assert "HAProxy knows no 10.9.9.9" in done.stderr


def test_rendered_configuration_is_valid(tmp_path: Path) -> None:
    file = written(tmp_path, [8001, 8002])
    done = subprocess.run(("haproxy", "-c", "-f", str(file)), capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
