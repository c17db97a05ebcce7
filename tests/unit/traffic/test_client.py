"""A visitor sees what a browser would: answers, their ends, and connections that went meanwhile."""

import datetime
import http.client
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.web_server import Request, WebServer, reply
from understudy.traffic.client import Answer, LocalDoor, PublicDoor, Visitor
from understudy.traffic.samples import Kind


@pytest.fixture
def site() -> Iterator[WebServer]:
    with WebServer(lambda _: reply(release="r1")) as server:
        yield server


@pytest.fixture
def visitor(site: WebServer) -> Iterator[Visitor]:
    visitor = Visitor(LocalDoor(site.port), "shop.test", timeout=5)
    yield visitor
    visitor.close()


@pytest.fixture
def hasty(site: WebServer) -> Iterator[Visitor]:
    """One who waits for a tenth of a second."""
    visitor = Visitor(LocalDoor(site.port), "shop.test", timeout=0.1)
    yield visitor
    visitor.close()


def used(site: WebServer) -> list[int]:
    """The connection of each request."""
    return [request.connection for request in site.requests]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.POST])
def test_site_is_asked_by_its_name_as_a_probe(
    site: WebServer, visitor: Visitor, kind: Kind
) -> None:
    assert visitor.ask(kind, "/page?a=b") == Answer(200, "r1")

    (request,) = site.requests
    assert (request.method, request.path, request.body) == ("GET", "/page?a=b", b"")
    assert request.headers["Host"] == "shop.test"
    assert request.headers["X-Understudy-Probe"] == "1"


def test_post_sends_an_empty_form(site: WebServer, visitor: Visitor) -> None:
    visitor.ask(Kind.POST, "/")

    (request,) = site.requests
    assert (request.method, request.headers["Content-Length"]) == ("POST", "0")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_error_page_is_an_answer_and_silence_about_the_release_too(
    site: WebServer, visitor: Visitor
) -> None:
    site.answering = lambda _: reply(status=502)

    assert visitor.ask(Kind.PAGE, "/") == Answer(502, "")


def test_only_what_is_to_be_kept_is_kept(site: WebServer, visitor: Visitor) -> None:
    for kind in (Kind.KEPT, Kind.PAGE, Kind.KEPT, Kind.POST, Kind.STATIC, Kind.KEPT):
        visitor.ask(kind, "/")

    assert used(site) == [0, 1, 0, 2, 3, 0]


def test_kept_connection_that_the_server_announced_to_close_is_not_used_again(
    site: WebServer, visitor: Visitor
) -> None:
    site.answering = lambda _: b"HTTP/1.1 200 -\r\nConnection: close\r\n\r\nto the end"
    site.closes = True

    for _ in range(2):
        assert visitor.ask(Kind.KEPT, "/").status == 200

    assert used(site) == [0, 1]


def test_chunked_answer_is_read_to_its_end(site: WebServer, visitor: Visitor) -> None:
    head = b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.answering = lambda _: head + b"5\r\nhello\r\n6\r\n again\r\n0\r\n\r\n"

    for _ in range(2):
        assert visitor.ask(Kind.KEPT, "/").status == 200

    assert used(site) == [0, 0]


def test_kept_connection_closed_meanwhile_is_opened_again(
    site: WebServer, visitor: Visitor
) -> None:
    site.closes = True

    for _ in range(3):
        assert visitor.ask(Kind.KEPT, "/").status == 200

    assert used(site) == [0, 1, 2]


def test_it_is_opened_again_once_only(site: WebServer, visitor: Visitor) -> None:
    site.closes = True
    visitor.ask(Kind.KEPT, "/")
    site.answering = lambda _: b""

    with pytest.raises(http.client.RemoteDisconnected):
        visitor.ask(Kind.KEPT, "/")

    assert used(site) == [0, 1]


@pytest.mark.parametrize("kind", Kind)
def test_new_connection_closed_without_an_answer_is_not_tried_again(
    site: WebServer, visitor: Visitor, kind: Kind
) -> None:
    site.answering = lambda _: b""

    with pytest.raises(http.client.RemoteDisconnected):
        visitor.ask(kind, "/")

    assert len(site.requests) == 1


CUT_OFF = {
    "length": reply(length=100),
    "chunk": b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
    "between": b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
}


@pytest.mark.parametrize("answer", CUT_OFF.values(), ids=CUT_OFF)
@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.KEPT])
def test_answer_that_is_cut_off_is_none(
    site: WebServer, visitor: Visitor, kind: Kind, answer: bytes
) -> None:
    """Not even a browser sends such a request again."""
    visitor.ask(kind, "/")
    site.answering = lambda _: answer
    site.closes = True

    with pytest.raises(http.client.IncompleteRead):
        visitor.ask(kind, "/")

    assert len(site.requests) == 2


def test_reset_is_told_as_one(site: WebServer, visitor: Visitor) -> None:
    def reset(request: Request) -> bytes:
        linger = struct.pack("ii", 1, 0)
        site.connections[request.connection].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return b""

    site.answering = reset

    with pytest.raises(ConnectionResetError):
        visitor.ask(Kind.PAGE, "/")


@pytest.mark.parametrize("answer", [None, reply(length=100)], ids=["nothing", "half of it"])
@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.KEPT])
def test_silence_is_a_timeout(
    site: WebServer, hasty: Visitor, kind: Kind, answer: bytes | None
) -> None:
    hasty.ask(kind, "/")
    began = time.monotonic()
    site.answering = lambda _: answer
    with pytest.raises(TimeoutError):
        hasty.ask(kind, "/")

    assert time.monotonic() - began > 0.09
    assert len(site.requests) == 2


@pytest.mark.parametrize("close", [b"", b"Connection: close\r\n"])
def test_timeout_is_for_the_whole_answer(site: WebServer, close: bytes) -> None:
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
        Visitor(LocalDoor(site.port), "shop.test", timeout=0.05).ask(Kind.PAGE, "/")


def test_nobody_listening_is_refused(visitor: Visitor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ConnectionRefusedError):
        Visitor(LocalDoor(port), "shop.test", timeout=1).ask(Kind.PAGE, "/")


def test_kept_connections_in_use_are_not_shared(site: WebServer, visitor: Visitor) -> None:
    both_are_here = Barrier(2)

    def together(_: Request) -> bytes:
        both_are_here.wait(timeout=5)
        return reply()

    site.answering = together
    for _ in range(2):
        threads = [Thread(target=visitor.ask, args=(Kind.KEPT, "/")) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(used(site)) == [0, 0, 1, 1]


def test_nothing_is_kept_by_a_visitor_who_has_left(site: WebServer, visitor: Visitor) -> None:
    visitor.ask(Kind.KEPT, "/")
    visitor.close()
    for _ in range(2):
        visitor.ask(Kind.KEPT, "/")

    assert used(site) == [0, 1, 2]


def certificate(directory: Path) -> ssl.SSLContext:
    """One that nobody has signed, for another name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "other.test")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (directory / "pem").write_bytes(key.private_bytes(pem, *plain) + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "pem")
    return context


def test_tls_is_spoken_with_any_certificate(tmp_path: Path) -> None:
    context = certificate(tmp_path)
    asked_for: list[str] = []
    context.sni_callback = lambda _, name, __: asked_for.append(name)
    with WebServer(lambda _: reply(release="r1"), context) as site:
        visitor = Visitor(PublicDoor("127.0.0.1", site.port, True, "shop.test"), "shop.test", 2)
        for _ in range(2):
            assert visitor.ask(Kind.KEPT, "/") == Answer(200, "r1")
        site.closes = True
        for _ in range(2):
            assert visitor.ask(Kind.KEPT, "/") == Answer(200, "r1")
        visitor.close()

    assert asked_for == ["shop.test"] * 2
    assert used(site) == [0, 0, 0, 1]


def test_server_that_speaks_no_tls_holds_up_nobody(site: WebServer) -> None:
    with pytest.raises(OSError):
        Visitor(LocalDoor(site.port, tls=True), "shop.test", timeout=0.03).ask(Kind.PAGE, "/")
