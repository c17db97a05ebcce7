"""The client behaves as a browser does: whole answers, kept connections, one deadline."""

import http.client
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from tests.unit.web_server import Request, WebServer, certificate, reply
from understudy.traffic.client import Answer, Client, Endpoint
from understudy.traffic.samples import Kind


@pytest.fixture
def site() -> Iterator[WebServer]:
    with WebServer(lambda _: reply(release="r1")) as server:
        yield server


@pytest.fixture
def client(site: WebServer) -> Iterator[Client]:
    client = Client(local(site.port), "shop.test", timeout=5)
    yield client
    client.close()


@pytest.fixture
def impatient(site: WebServer) -> Iterator[Client]:
    """A client that waits for a tenth of a second."""
    client = Client(local(site.port), "shop.test", timeout=0.5)
    yield client
    client.close()


def local(port: int) -> Endpoint:
    return Endpoint("127.0.0.1", port)


def used(site: WebServer) -> list[int]:
    """The connection of each request."""
    return [request.connection for request in site.requests]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.POST])
def test_request_names_the_site_and_the_prober(site: WebServer, client: Client, kind: Kind) -> None:
    assert client.request(kind, "/page?a=b") == Answer(200, "r1")

    (request,) = site.requests
    assert (request.method, request.path, request.body) == ("GET", "/page?a=b", b"")
    assert request.headers["Host"] == "shop.test"
    assert request.headers["X-Understudy-Probe"] == "1"


def test_post_sends_an_empty_form(site: WebServer, client: Client) -> None:
    client.request(Kind.POST, "/")

    (request,) = site.requests
    assert (request.method, request.headers["Content-Length"]) == ("POST", "0")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_error_page_without_a_release_is_an_answer(site: WebServer, client: Client) -> None:
    site.answering = lambda _: reply(status=502)

    assert client.request(Kind.PAGE, "/") == Answer(502, "")


def test_only_kept_requests_share_a_connection(site: WebServer, client: Client) -> None:
    for kind in (Kind.KEPT, Kind.PAGE, Kind.KEPT, Kind.POST, Kind.STATIC, Kind.KEPT):
        client.request(kind, "/")

    assert used(site) == [0, 1, 0, 2, 3, 0]


def test_connection_that_the_server_closes_is_not_used_again(
    site: WebServer, client: Client
) -> None:
    site.answering = lambda _: b"HTTP/1.1 200 -\r\nConnection: close\r\n\r\nto the end"
    site.closes = True

    for _ in range(2):
        assert client.request(Kind.KEPT, "/").status == 200

    assert used(site) == [0, 1]


def test_chunked_answer_is_read_to_its_end(site: WebServer, client: Client) -> None:
    head = b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.answering = lambda _: head + b"5\r\nhello\r\n6\r\n again\r\n0\r\n\r\n"

    for _ in range(2):
        assert client.request(Kind.KEPT, "/").status == 200

    assert used(site) == [0, 0]


def test_kept_connection_that_was_closed_is_opened_again(site: WebServer, client: Client) -> None:
    site.closes = True

    for _ in range(3):
        assert client.request(Kind.KEPT, "/").status == 200

    assert used(site) == [0, 1, 2]


def test_closed_connection_is_opened_again_only_once(site: WebServer, client: Client) -> None:
    site.closes = True
    client.request(Kind.KEPT, "/")
    site.answering = lambda _: b""

    with pytest.raises(http.client.RemoteDisconnected):
        client.request(Kind.KEPT, "/")

    assert used(site) == [0, 1]


@pytest.mark.parametrize("kind", Kind)
def test_new_connection_closed_without_an_answer_is_not_tried_again(
    site: WebServer, client: Client, kind: Kind
) -> None:
    site.answering = lambda _: b""

    with pytest.raises(http.client.RemoteDisconnected):
        client.request(kind, "/")

    assert len(site.requests) == 1


CUT_OFF = {
    "length": reply(length=100),
    "chunk": b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
    "between": b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
}


@pytest.mark.parametrize("answer", CUT_OFF.values(), ids=CUT_OFF)
@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.KEPT])
def test_answer_that_is_cut_off_is_an_error(
    site: WebServer, client: Client, kind: Kind, answer: bytes
) -> None:
    """And the request is not sent again: part of its answer has come."""
    client.request(kind, "/")
    site.answering = lambda _: answer
    site.closes = True

    with pytest.raises(http.client.IncompleteRead):
        client.request(kind, "/")

    assert len(site.requests) == 2


def test_reset_connection_is_an_error(site: WebServer, client: Client) -> None:
    def reset(request: Request) -> bytes:
        linger = struct.pack("ii", 1, 0)
        site.connections[request.connection].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return b""

    site.answering = reset

    with pytest.raises(ConnectionResetError):
        client.request(Kind.PAGE, "/")


@pytest.mark.parametrize("answer", [None, reply(length=100)], ids=["nothing", "half of it"])
@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.KEPT])
def test_answer_that_does_not_come_is_a_timeout(
    site: WebServer, impatient: Client, kind: Kind, answer: bytes | None
) -> None:
    impatient.request(kind, "/")
    began = time.monotonic()
    site.answering = lambda _: answer
    with pytest.raises(TimeoutError):
        impatient.request(kind, "/")

    assert time.monotonic() - began > 0.49
    assert len(site.requests) == 2


@pytest.mark.parametrize("close", [b"", b"Connection: close\r\n"])
def test_timeout_counts_for_the_whole_answer(site: WebServer, close: bytes) -> None:
    def trickle(request: Request) -> bytes:
        connection = site.connections[request.connection]
        connection.sendall(b"HTTP/1.1 200 -\r\n" + close + b"Content-Length: 20\r\n\r\n")
        for _ in range(20):
            time.sleep(0.02)
            connection.sendall(b".")
        return b""

    site.answering = trickle

    # If the time of each read counted, the answer would arrive.
    with pytest.raises(TimeoutError):
        Client(local(site.port), "shop.test", timeout=0.05).request(Kind.PAGE, "/")


def test_closed_port_refuses_the_request(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ConnectionRefusedError):
        Client(local(port), "shop.test", timeout=1).request(Kind.PAGE, "/")


def test_kept_connections_in_use_are_not_shared(site: WebServer, client: Client) -> None:
    both_are_here = Barrier(2)

    def together(_: Request) -> bytes:
        both_are_here.wait(timeout=5)
        return reply()

    site.answering = together
    for _ in range(2):
        threads = [Thread(target=client.request, args=(Kind.KEPT, "/")) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(used(site)) == [0, 0, 1, 1]


def test_closed_client_keeps_no_connection(site: WebServer, client: Client) -> None:
    client.request(Kind.KEPT, "/")
    client.close()
    for _ in range(2):
        client.request(Kind.KEPT, "/")

    assert used(site) == [0, 1, 2]


def test_any_certificate_is_accepted(tmp_path: Path) -> None:
    context = certificate(tmp_path)
    asked_for: list[str] = []
    context.sni_callback = lambda _, name, __: asked_for.append(name)
    with WebServer(lambda _: reply(release="r1"), context) as site:
        client = Client(Endpoint("127.0.0.1", site.port, True, "shop.test"), "shop.test", 2)
        for _ in range(2):
            assert client.request(Kind.KEPT, "/") == Answer(200, "r1")
        site.closes = True
        for _ in range(2):
            assert client.request(Kind.KEPT, "/") == Answer(200, "r1")
        client.close()

    assert asked_for == ["shop.test"] * 2
    assert used(site) == [0, 0, 0, 1]


def test_verified_endpoint_has_a_certificate_of_its_roots_and_its_name(tmp_path: Path) -> None:
    context = certificate(tmp_path, "shop.test")
    roots = tmp_path / "pem"
    with WebServer(lambda _: reply(release="r1"), context) as site:
        endpoint = Endpoint("127.0.0.1", site.port, True, "shop.test", True, roots)
        client = Client(endpoint, "shop.test", 2)
        assert client.request(Kind.PAGE, "/") == Answer(200, "r1")
        for wrong in ({"roots": None}, {"server_name": "other.test"}):
            with pytest.raises(ssl.SSLCertVerificationError):
                Client(replace(endpoint, **wrong), "shop.test", 2).request(Kind.PAGE, "/")


def test_roots_that_were_added_meanwhile_are_trusted(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    certificate(tmp_path / "other", "other.test")
    context = certificate(tmp_path, "shop.test")
    roots = tmp_path / "roots"
    roots.write_bytes((tmp_path / "other" / "pem").read_bytes())
    with WebServer(lambda _: reply(), context) as site:
        endpoint = Endpoint("127.0.0.1", site.port, True, "shop.test", True, roots)
        with pytest.raises(ssl.SSLCertVerificationError):
            endpoint.connect(2)
        roots.write_bytes(roots.read_bytes() + (tmp_path / "pem").read_bytes())
        endpoint.connect(2).close()


def test_server_without_tls_does_not_delay_the_client(site: WebServer) -> None:
    with pytest.raises(OSError):
        Client(Endpoint("127.0.0.1", site.port, tls=True), "shop.test", timeout=0.03).request(
            Kind.PAGE, "/"
        )
