"""A WebSocket is kept open: each time that it was opened is a sample, and how it was closed counts."""

import base64
import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.unit.web_server import Request, WebServer, reply, until
from understudy.traffic.client import Endpoint
from understudy.traffic.prober import Prober
from understudy.traffic.samples import AfterSwitch, Kind, Outcome, ProbePaths, Sample

# RFC 6455, 1.3
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PING, CLOSE = 0x89, 0x88


def accepted(request: Request, release: str) -> bytes:
    key = hashlib.sha1(f"{request.headers['Sec-WebSocket-Key']}{GUID}".encode()).digest()  # noqa: S324
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {base64.b64encode(key).decode()}",
        f"X-Understudy-Release: {release}",
    )
    return "\r\n".join([*lines, "", ""]).encode()


def frame(kind: int, content: bytes = b"") -> bytes:
    return bytes((kind, len(content))) + content


def closing(code: int) -> bytes:
    return frame(CLOSE, struct.pack("!H", code))


class Site(WebServer):
    """A site with a page and a WebSocket. release: the live one. accepts: whether it takes WebSockets."""

    def __init__(self) -> None:
        super().__init__(self.answer_with_release)
        self.release = "r1"
        self.status = 101

    def answer_with_release(self, request: Request) -> bytes:
        if request.path != "/ws/":
            return reply(release=self.release)
        if self.status != 101:
            return reply(self.status)
        return accepted(request, self.release)

    def opened(self) -> list[Request]:
        return [request for request in self.requests if request.path == "/ws/"]

    def send(self, content: bytes) -> None:
        """On the WebSocket that was opened last."""
        self.connections[self.opened()[-1].connection].sendall(content)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        yield server


@contextmanager
def probed(site: Site, timeout: float = 5) -> Iterator[Prober]:
    paths = ProbePaths("/", websocket="/ws/")
    with Prober(Endpoint("127.0.0.1", site.port), "shop.test", paths, 1, timeout) as prober:
        until(lambda: bool(websockets(prober)))
        yield prober


def websockets(prober: Prober) -> list[Sample]:
    return [sample for sample in prober.samples if sample.kind is Kind.WEBSOCKET]


def test_websocket_that_is_left_open_is_opened_once(site: Site) -> None:
    with probed(site) as prober:
        site.send(frame(PING, b"a") + frame(0x81, b"news"))
        summary = prober.stop()

    [sample] = websockets(prober)
    assert (sample.outcome, sample.status, sample.release) == (Outcome.OK, 101, "r1")
    assert summary.by_kind[Kind.WEBSOCKET] == 1
    [request] = site.opened()
    assert request.headers["Host"] == "shop.test"
    assert request.headers["Origin"] == "http://shop.test"
    assert request.headers["X-Understudy-Probe"] == "1"


@pytest.mark.parametrize(("code", "outcome"), [(1012, Outcome.OK), (1001, Outcome.CUT)])
def test_it_is_back_on_the_new_release_after_it_was_closed(
    code: int, outcome: Outcome, site: Site
) -> None:
    with probed(site) as prober:
        site.release = "r2"
        prober.switched(AfterSwitch("r2"))
        site.send(closing(code))
        prober.stop()

    first, back = websockets(prober)
    assert (first.release, back.release) == ("r1", "r2")
    assert back.outcome is outcome
    assert back.seconds < 1


def test_server_need_not_wait_for_the_answer_to_its_close(site: Site) -> None:
    with probed(site) as prober:
        site.send(closing(1012))
        site.connections[site.opened()[0].connection].close()
        until(lambda: len(websockets(prober)) == 2)

    assert websockets(prober)[1].outcome is Outcome.OK


def test_connection_that_ends_without_a_close_was_cut(site: Site) -> None:
    with probed(site) as prober:
        site.connections[site.opened()[0].connection].shutdown(2)
        until(lambda: len(websockets(prober)) == 2)

    assert websockets(prober)[1].outcome is Outcome.CUT


def test_client_tries_again_and_has_a_second_for_it(site: Site) -> None:
    with probed(site) as prober:
        site.status = 502
        site.send(closing(1012))
        until(lambda: len(site.opened()) >= 4)
        site.status = 101
        until(lambda: len(websockets(prober)) == 2)

    assert websockets(prober)[1].outcome is Outcome.OK
    assert websockets(prober)[1].seconds >= 0.2


def test_websocket_that_is_never_closed_after_the_switch_is_stale(site: Site) -> None:
    with probed(site, timeout=0.3) as prober:
        prober.switched(AfterSwitch("r2"))
        prober.stop()

    assert [sample.outcome for sample in websockets(prober)] == [Outcome.OK, Outcome.STALE]


def test_failed_deploy_waits_for_no_close(site: Site) -> None:
    probers: list[Prober] = []

    def deploy() -> None:
        with probed(site, timeout=60) as prober:
            probers.append(prober)
            prober.switched(AfterSwitch("r2"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deploy()

    assert [sample.outcome for sample in websockets(probers[0])] == [Outcome.OK]


def test_release_before_the_switch_may_have_no_websocket(site: Site) -> None:
    site.status = 404
    with probed(site) as prober:
        assert websockets(prober)[0].outcome is Outcome.OK
        prober.switched(AfterSwitch("r2"))
        prober.stop()

    assert websockets(prober)[-1].outcome is Outcome.REFUSED
