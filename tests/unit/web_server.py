"""A web server on this machine that answers as a test says, or doesn't answer."""

import datetime
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Request:
    """connection: its number, from 0."""

    connection: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


# An answer; b"" closes without one, None sends nothing while the server lives.
Answering = Callable[[Request], bytes | None]


def reply(status: int = 200, release: str = "", body: bytes = b"hello", length: int = -1) -> bytes:
    """length: what is announced, if not the truth."""
    head = [f"HTTP/1.1 {status} -", f"Content-Length: {len(body) if length < 0 else length}"]
    if release:
        head.append(f"X-Understudy-Release: {release}")
    return "\r\n".join([*head, "", ""]).encode() + body


def until(true: Callable[[], bool]) -> None:
    """Waits until that is true; fails after 5 s."""
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.002)


class WebServer:
    """answering may be changed at any time. Connections end after an answer if `closes` is set."""

    def __init__(self, answering: Answering, context: ssl.SSLContext | None = None) -> None:
        self.answering = answering
        self.closes = False
        self.requests: list[Request] = []
        self.connections: list[socket.socket] = []
        self._context = context
        self._ended = Event()
        self._lock = Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [Thread(target=self._serve, daemon=True)]

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                thread = Thread(target=self._receive, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _receive(self, connection: socket.socket) -> None:
        if self._context:
            try:
                connection = self._context.wrap_socket(connection, server_side=True)
            except ssl.SSLError:
                # The visitor has refused the certificate.
                return
        with self._lock:
            number = len(self.connections)
            self.connections.append(connection)
        with connection, suppress(OSError):
            while (request := _request(connection, number)) and self._answer(connection, request):
                pass

    def _answer(self, connection: socket.socket, request: Request) -> bool:
        """Whether the connection is to be kept."""
        with self._lock:
            self.requests.append(request)
        answer = self.answering(request)
        if answer is None:
            self._ended.wait()
            return False
        # As it is now: once it has its answer, the test may change it.
        kept = bool(answer) and not self.closes
        connection.sendall(answer)
        return kept


def _request(connection: socket.socket, number: int) -> Request | None:
    head, data = b"", b""
    while b"\r\n\r\n" not in head:
        if not (data := connection.recv(65536)):
            return None
        head += data
    head, _, body = head.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    method, path, _ = first.split()
    return Request(number, method, path, headers, body)


def certificate(directory: Path, domain: str = "other.test") -> ssl.SSLContext:
    """Self-signed, in the file `pem` of the directory."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, domain)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
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
