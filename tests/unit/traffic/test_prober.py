"""A probe asks on whatever happens, and counts each request once."""

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.unit.web_server import Request, WebServer, reply, until
from understudy.traffic import prober as traffic_prober
from understudy.traffic.prober import LocalDoor, ProbePaths, Prober, seconds_for_a_page
from understudy.traffic.samples import Kind, Outcome

PATHS = ProbePaths("/", ("/static/a.css",))


@pytest.fixture
def site() -> Iterator[WebServer]:
    with WebServer(lambda _: reply(release="r1")) as server:
        yield server


def prober(site: WebServer, rate: float = 200, timeout: float = 5) -> Prober:
    return Prober(LocalDoor(site.port), "shop.test", PATHS, rate, timeout)


def heard(site: WebServer, count: int) -> None:
    """Waits until the site has heard so many requests more."""
    wanted = len(site.requests) + count
    until(lambda: len(site.requests) >= wanted)


def test_site_that_answers_loses_nothing(site: WebServer) -> None:
    with prober(site) as probing:
        heard(site, 12)
        summary = probing.stop()

    assert summary.sent == len(site.requests) >= 12
    assert summary.failures == 0
    assert set(summary.by_kind) == {Kind.PAGE, Kind.KEPT, Kind.POST, Kind.STATIC}
    assert {request.path for request in site.requests} == {"/", "/static/a.css"}
    assert 0 < summary.p99 <= summary.slowest < 5


def test_rate_is_kept(site: WebServer) -> None:
    began = time.monotonic()
    with prober(site, rate=100):
        heard(site, 11)
        # At 0, 10, … 100 ms; a busy machine is late.
        assert time.monotonic() - began >= 0.1


def test_silent_site_is_asked_on(site: WebServer) -> None:
    site.answering = lambda _: None
    with prober(site, timeout=0.1) as probing:
        until(lambda: len(site.connections) >= 8)
        summary = probing.stop()

    assert summary.sent >= 8
    assert summary.by_outcome == {Outcome.TIMEOUT: summary.sent}
    assert 0.09 < summary.slowest < 2


def test_request_that_nobody_is_left_for_is_counted(
    site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic_prober, "WORKERS", 2)
    site.answering = lambda _: None
    with prober(site, rate=1000, timeout=0.1) as probing:
        until(lambda: len(probing.samples) > 10)
        summary = probing.stop()

    assert len(site.requests) == 2
    assert summary.sent > 10
    assert summary.by_outcome == {Outcome.TIMEOUT: summary.sent}


def test_after_the_switch_the_new_release_must_answer(site: WebServer) -> None:
    with prober(site) as probing:
        heard(site, 8)
        before = len(site.requests)
        site.answering = lambda _: reply(release="r2")
        probing.switched("r2", ("/static/b.css",))
        heard(site, 12)
        summary = probing.stop()

    assert summary.failures == 0
    assert summary.by_kind[Kind.NEW_STATIC] >= 1
    # Pages from before the switch are still open and ask for their files.
    assert {"/static/a.css", "/static/b.css"} <= {
        request.path for request in site.requests[before:]
    }


def test_old_release_after_the_switch_is_found_out(site: WebServer) -> None:
    with prober(site) as probing:
        heard(site, 8)
        before = len(site.requests)
        probing.switched("r2", ())
        heard(site, 8)
        summary = probing.stop()

    # Files have no release; one or two may have been on their way.
    assert set(summary.by_outcome) == {Outcome.OK, Outcome.STALE}
    assert 4 <= summary.by_outcome[Outcome.STALE] <= summary.sent - before
    assert summary.cells[Kind.STATIC, Outcome.OK] == summary.by_kind[Kind.STATIC]
    assert {sample.release for sample in summary.first_failures} == {"r1"}


def test_request_from_before_the_switch_may_be_answered_by_the_old_release(
    site: WebServer,
) -> None:
    """However late it is."""
    switched = threading.Event()

    def slow(request: Request) -> bytes:
        release = "r2" if switched.is_set() else "r1"
        switched.wait(timeout=5)
        return reply(release=release)

    site.answering = slow
    with prober(site) as probing:
        heard(site, 5)
        # Nobody may start between the two.
        probing._stopping.set()
        probing._clock.join()
        probing.switched("r2", ())
        switched.set()
        summary = probing.stop()

    assert summary.sent >= 5
    assert summary.failures == 0


def test_app_that_cannot_tell_its_release_is_not_stale(site: WebServer) -> None:
    site.answering = lambda _: reply()
    with prober(site) as probing:
        probing.switched(None, ("/static/b.css",))
        heard(site, 8)
        summary = probing.stop()

    assert summary.failures == 0
    assert summary.by_kind[Kind.NEW_STATIC] >= 1


def test_what_goes_wrong_is_told_with_its_kind(site: WebServer) -> None:
    def broken(request: Request) -> bytes:
        if request.path.startswith("/static/"):
            return reply(status=404)
        return reply(status=503) if request.method == "POST" else b""

    site.answering = broken
    with prober(site) as probing:
        heard(site, 8)
        summary = probing.stop()

    assert {cell for cell, count in summary.cells.items() if count} == {
        (Kind.STATIC, Outcome.MISSING),
        (Kind.POST, Outcome.SERVER_ERROR),
        (Kind.PAGE, Outcome.RESET),
        (Kind.KEPT, Outcome.RESET),
    }
    assert summary.failures == summary.sent
    assert {sample.status for sample in summary.first_failures} == {0, 404, 503}


def test_unforeseen_error_does_not_lose_the_request(site: WebServer) -> None:
    class Broken:
        def connect(self, timeout: float) -> socket.socket:
            raise ValueError("a bug")

    with Prober(Broken(), "shop.test", PATHS, rate=200) as probing:
        until(lambda: len(probing.samples) >= 5)
        summary = probing.stop()

    assert summary.sent >= 5
    assert summary.by_outcome == {Outcome.RESET: summary.sent}


def test_answer_that_does_not_end_is_given_up_at_the_end(site: WebServer) -> None:
    """One that is sent bit by bit is never silent, so that its head alone could take for ever."""
    ended = threading.Event()

    def trickle(request: Request) -> bytes:
        while not ended.wait(0.02):
            site.connections[request.connection].sendall(b"HTTP")
        return b""

    site.answering = trickle
    with prober(site, timeout=0.1) as probing:
        heard(site, 4)
        # It would not return while it waited for the end of the answers.
        summary = probing.stop()
        ended.set()

    assert summary.by_outcome == {Outcome.TIMEOUT: summary.sent}
    assert probing.stop() == summary


def test_stopped_probe_asks_nothing_more_and_leaves_no_thread(site: WebServer) -> None:
    with prober(site) as probing:
        heard(site, 4)
        summary = probing.stop()
        asked = len(site.requests)
        time.sleep(0.03)

    assert len(site.requests) == asked == summary.sent
    assert probing.stop() is summary
    until(lambda: not [thread for thread in threading.enumerate() if "probe" in thread.name])


def test_failed_deploy_ends_its_probe(site: WebServer) -> None:
    probing = prober(site)
    with pytest.raises(KeyboardInterrupt), probing:
        raise KeyboardInterrupt

    assert not probing._clock.is_alive()


def test_a_page_takes_what_its_quickest_answer_took(
    site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.2, 1.0, 1.05, 2.0, 2.2])
    monkeypatch.setattr(traffic_prober, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    seconds = seconds_for_a_page(LocalDoor(site.port), "shop.test", "/")

    assert seconds == pytest.approx(0.05)
    assert len(site.requests) == 3


def test_page_that_fails_takes_time_as_well(site: WebServer) -> None:
    site.answering = lambda _: b""

    assert 0 < seconds_for_a_page(LocalDoor(site.port), "shop.test", "/") < 5
