"""The prober sends requests whatever happens, and counts each once."""

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.unit.web_server import Request, WebServer, reply, until
from understudy.traffic import prober as traffic_prober
from understudy.traffic.client import Endpoint
from understudy.traffic.prober import Prober, seconds_for_a_page
from understudy.traffic.samples import AfterSwitch, Kind, Outcome, ProbePaths

PATHS = ProbePaths("/", ("/static/a.css",))


@pytest.fixture
def site() -> Iterator[WebServer]:
    with WebServer(lambda _: reply(release="r1")) as server:
        yield server


def local(site: WebServer) -> Endpoint:
    return Endpoint("127.0.0.1", site.port)


def prober(site: WebServer, rate: float = 200, timeout: float = 5) -> Prober:
    return Prober(local(site), "shop.test", PATHS, rate, timeout)


def receives(site: WebServer, count: int) -> None:
    """Waits until the site has received so many more requests."""
    wanted = len(site.requests) + count
    until(lambda: len(site.requests) >= wanted)


def test_site_that_answers_loses_nothing(site: WebServer) -> None:
    with prober(site) as running:
        receives(site, 12)
        summary = running.stop()

    assert summary.sent == len(site.requests) >= 12
    assert summary.failures == 0
    assert set(summary.by_kind) == {Kind.PAGE, Kind.KEPT, Kind.POST, Kind.STATIC}
    assert {request.path for request in site.requests} == {"/", "/static/a.css"}
    assert 0 < summary.p99 <= summary.slowest < 5


def test_rate_is_kept(site: WebServer) -> None:
    began = time.monotonic()
    with prober(site, rate=100):
        receives(site, 11)
        # Two each at 0, 20, … 100 ms; a busy machine is late.
        assert time.monotonic() - began >= 0.1


def test_two_requests_are_sent_at_the_same_moment(site: WebServer) -> None:
    both_are_here = threading.Barrier(2)

    def together(_: Request) -> bytes:
        both_are_here.wait(timeout=5)
        return reply(release="r1")

    site.answering = together
    # The next pair is due in minutes.
    with prober(site, rate=0.01) as running:
        until(lambda: len(running.samples) == 2)
        summary = running.stop()

    assert summary.by_kind == {Kind.PAGE: 1, Kind.POST: 1}
    assert summary.failures == 0


def test_site_that_fails_for_two_visitors_at_once_loses_requests(site: WebServer) -> None:
    """As with a locked database. Sent one by one, the requests would be a second apart."""
    busy = threading.Lock()

    def one_at_a_time(_: Request) -> bytes:
        if not busy.acquire(blocking=False):
            return reply(status=500)
        time.sleep(0.3)
        busy.release()
        return reply(release="r1")

    site.answering = one_at_a_time
    with prober(site, rate=1) as running:
        until(lambda: len(running.samples) == 2)
        summary = running.stop()

    assert summary.by_outcome == {Outcome.OK: 1, Outcome.SERVER_ERROR: 1}


def test_site_that_hangs_still_gets_requests(site: WebServer) -> None:
    site.answering = lambda _: None
    with prober(site, timeout=0.1) as running:
        until(lambda: len(site.connections) >= 8)
        summary = running.stop()

    assert summary.sent >= 8
    assert summary.by_outcome == {Outcome.TIMEOUT: summary.sent}
    assert 0.09 < summary.slowest < 2


def test_site_that_hangs_loses_what_was_sent_and_gets_no_more(
    site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic_prober, "MOST_UNANSWERED", 2)
    site.answering = lambda _: None
    with prober(site, rate=1000, timeout=0.1) as running:
        until(lambda: running.unsent > 10)
        summary = running.stop()

    assert summary.by_outcome == {Outcome.TIMEOUT: summary.sent}
    assert summary.sent == len(site.requests) >= 2


def test_site_that_is_only_slower_than_the_traffic_loses_nothing(
    site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic_prober, "MOST_UNANSWERED", 2)

    def slow(_: object) -> bytes:
        time.sleep(0.05)
        return reply()

    site.answering = slow
    with prober(site, rate=1000) as running:
        until(lambda: running.unsent > 10)
        receives(site, 8)
        summary = running.stop()

    assert summary.failures == 0


def test_host_that_gets_slower_gets_no_more_than_it_keeps_up_with(site: WebServer) -> None:
    """It answers 20 a second. At 100 a second 64 of them would wait after 0.8 s, and others not be sent."""
    busy = threading.Lock()

    def one_at_a_time(_: Request) -> bytes:
        with busy:
            time.sleep(0.05)
        return reply(release="r1")

    site.answering = one_at_a_time
    with prober(site, rate=100) as running:
        until(lambda: len(running.samples) >= 30)
        summary = running.stop()

    assert running.unsent == 0
    assert summary.failures == 0


def test_after_the_switch_the_new_release_must_answer(site: WebServer) -> None:
    with prober(site) as running:
        receives(site, 8)
        before = len(site.requests)
        site.answering = lambda _: reply(release="r2")
        running.switched(AfterSwitch("r2", ("/static/b.css",)))
        receives(site, 12)
        summary = running.stop()

    assert summary.failures == 0
    assert summary.by_kind[Kind.NEW_STATIC] >= 1
    # Pages from before the switch are still open and need their files.
    assert {"/static/a.css", "/static/b.css"} <= {
        request.path for request in site.requests[before:]
    }


def test_answer_of_the_old_release_after_the_switch_is_stale(site: WebServer) -> None:
    with prober(site) as running:
        receives(site, 8)
        before = len(site.requests)
        running.switched(AfterSwitch("r2"))
        receives(site, 16)
        summary = running.stop()

    # Files have no release; some may have been on their way.
    assert set(summary.by_outcome) == {Outcome.OK, Outcome.STALE}
    assert 4 <= summary.by_outcome[Outcome.STALE] <= summary.sent - before
    assert summary.cells[Kind.STATIC, Outcome.OK] == summary.by_kind[Kind.STATIC]
    assert {sample.release for sample in summary.first_failures} == {"r1"}


def test_old_release_may_answer_late_a_request_from_before_the_switch(
    site: WebServer,
) -> None:
    switched = threading.Event()

    def slow(request: Request) -> bytes:
        release = "r2" if switched.is_set() else "r1"
        switched.wait(timeout=5)
        return reply(release=release)

    site.answering = slow
    with prober(site) as running:
        receives(site, 5)
        # No request may start between the two.
        running._stopping.set()
        running._clock.join()
        running.switched(AfterSwitch("r2"))
        switched.set()
        summary = running.stop()

    assert summary.sent >= 5
    assert summary.failures == 0


def test_app_that_cannot_name_its_release_is_not_stale(site: WebServer) -> None:
    site.answering = lambda _: reply()
    with prober(site) as running:
        running.switched(AfterSwitch(None, ("/static/b.css",)))
        receives(site, 8)
        summary = running.stop()

    assert summary.failures == 0
    assert summary.by_kind[Kind.NEW_STATIC] >= 1


def test_each_loss_is_counted_under_its_kind(site: WebServer) -> None:
    def broken(request: Request) -> bytes:
        if request.path.startswith("/static/"):
            return reply(status=404)
        return reply(status=503) if request.method == "POST" else b""

    site.answering = broken
    with prober(site) as running:
        receives(site, 8)
        summary = running.stop()

    assert {cell for cell, count in summary.cells.items() if count} == {
        (Kind.STATIC, Outcome.MISSING),
        (Kind.POST, Outcome.SERVER_ERROR),
        (Kind.PAGE, Outcome.RESET),
        (Kind.KEPT, Outcome.RESET),
    }
    assert summary.failures == summary.sent
    assert {sample.status for sample in summary.first_failures} == {0, 404, 503}


def test_request_with_an_unexpected_error_is_counted(site: WebServer) -> None:
    class Broken(Endpoint):
        def connect(self, timeout: float) -> socket.socket:
            raise ValueError("a bug")

    with Prober(Broken("", 0), "shop.test", PATHS, rate=200) as running:
        until(lambda: len(running.samples) >= 5)
        summary = running.stop()

    assert summary.sent >= 5
    assert summary.by_outcome == {Outcome.RESET: summary.sent}


def test_answer_that_does_not_end_is_given_up_by_stop(site: WebServer) -> None:
    """Sent byte by byte, each read is in time, and the head alone could take for ever."""
    ended = threading.Event()

    def trickle(request: Request) -> bytes:
        while not ended.wait(0.02):
            site.connections[request.connection].sendall(b"HTTP")
        return b""

    site.answering = trickle
    with prober(site, timeout=0.1) as running:
        receives(site, 4)
        # It would not return while it waited for the end of the answers.
        summary = running.stop()
        ended.set()

    assert summary.by_outcome == {Outcome.TIMEOUT: summary.sent}
    assert running.stop() == summary


def test_stopped_prober_sends_nothing_more_and_leaves_no_thread(site: WebServer) -> None:
    with prober(site) as running:
        receives(site, 4)
        summary = running.stop()
        asked = len(site.requests)
        time.sleep(0.03)

    assert len(site.requests) == asked == summary.sent
    assert running.stop() is summary
    until(lambda: not [thread for thread in threading.enumerate() if "probe" in thread.name])


def test_failed_deploy_stops_its_prober(site: WebServer) -> None:
    running = prober(site)
    with pytest.raises(KeyboardInterrupt), running:
        raise KeyboardInterrupt

    assert not running._clock.is_alive()


def test_time_for_a_page_is_the_quickest_answers(
    site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.2, 1.0, 1.05, 2.0, 2.2])
    monkeypatch.setattr(traffic_prober, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    seconds = seconds_for_a_page(local(site), "shop.test", "/")

    assert seconds == pytest.approx(0.05)
    assert len(site.requests) == 3


def test_failed_page_takes_time_as_well(site: WebServer) -> None:
    site.answering = lambda _: b""

    assert 0 < seconds_for_a_page(local(site), "shop.test", "/") < 5
