"""An HTTP client that behaves as browsers do: new and kept connections, one deadline for a whole answer."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from understudy.traffic.samples import Kind

PROBE = "X-Understudy-Probe"
RELEASE = "X-Understudy-Release"
FORM = "application/x-www-form-urlencoded"
KEPT_CONNECTIONS = 4
# What a client sees of an idle connection that the server has closed.
CLOSED = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


@dataclass(frozen=True)
class Endpoint:
    """Where a site accepts connections. server_name: the site's domain, which TLS asks for (SNI).

    verified: whether its certificate must be for that domain and of a CA in the file `roots`; without a file,
    of one that this machine trusts.
    """

    address: str
    port: int
    tls: bool = False
    server_name: str = ""
    verified: bool = False
    roots: Path | None = None

    def connect(self, timeout: float) -> socket.socket:
        """A new connection. timeout: seconds for each operation on it. Raises OSError."""
        connection = socket.create_connection((self.address, self.port), timeout=timeout)
        if not self.tls:
            return connection
        context = _verifying(self.roots, _changed(self.roots)) if self.verified else _accepting()
        return context.wrap_socket(connection, server_hostname=self.server_name or None)


@cache
def _verifying(roots: Path | None, _changed_at: int) -> ssl.SSLContext:
    """To read all CAs for each connection would take long."""
    return ssl.create_default_context(cafile=roots)


def _changed(roots: Path | None) -> int:
    return roots.stat().st_mtime_ns if roots else 0


@cache
def _accepting() -> ssl.SSLContext:
    """Any certificate is accepted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(frozen=True)
class Answer:
    """A whole answer. release: the release that answered, from the header RELEASE; "" without it."""

    status: int
    release: str


class Client:
    """Sends requests to one site, from several threads at once.

    host: the site's name, as in the Host header. timeout: seconds from the start of a request to the
    end of its answer.
    """

    def __init__(self, endpoint: Endpoint, host: str, timeout: float) -> None:
        self._endpoint = endpoint
        self._host = host
        self._timeout = timeout
        self._idle: list[_Connection] = []
        self._closed = False
        self._lock = Lock()

    def request(self, kind: Kind, path: str) -> Answer:
        """Raises OSError or HTTPException if no whole answer comes in time."""
        deadline = time.monotonic() + self._timeout
        if kind is Kind.KEPT:
            return self._request_kept(path, deadline)
        method = "POST" if kind is Kind.POST else "GET"
        with closing(self._open(deadline)) as connection:
            return connection.read(connection.start(method, path, self._host, deadline), deadline)

    def close(self) -> None:
        """Closes the kept connections; a connection in use is closed by the request on it."""
        with self._lock:
            self._closed, idle, self._idle = True, self._idle, []
        for connection in idle:
            connection.close()

    def _request_kept(self, path: str, deadline: float) -> Answer:
        connection, response = self._start_kept(path, deadline)
        answer = connection.read(response, deadline)
        self._keep(connection)
        return answer

    def _start_kept(
        self, path: str, deadline: float
    ) -> "tuple[_Connection, http.client.HTTPResponse]":
        """On a kept connection; if the server has closed that one, once more on a new one (RFC 9112, 9.3.1)."""
        if kept := self._take():
            with suppress(*CLOSED):
                return kept, kept.start("GET", path, self._host, deadline)
        fresh = self._open(deadline)
        return fresh, fresh.start("GET", path, self._host, deadline)

    def _open(self, deadline: float) -> "_Connection":
        return _Connection(self._endpoint.connect(_left(deadline)))

    def _take(self) -> "_Connection | None":
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _keep(self, connection: "_Connection") -> None:
        """For the next request, unless the server closes it or enough are kept."""
        with self._lock:
            kept = connection.is_open and len(self._idle) < KEPT_CONNECTIONS and not self._closed
            if kept:
                self._idle.append(connection)
        if not kept:
            connection.close()


class _Connection:
    """A connection with one request on it at a time. Any failure closes it."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._http = http.client.HTTPConnection("-")
        # It would look up a name to open a socket of its own.
        self._http.auto_open = 0
        self._http.sock = connected

    @property
    def is_open(self) -> bool:
        return self._http.sock is not None

    def close(self) -> None:
        self._http.close()

    def start(self, method: str, path: str, host: str, deadline: float) -> http.client.HTTPResponse:
        """Sends a request and reads the head of its answer."""
        headers = {"Host": host, PROBE: "1"}
        if method == "POST":
            headers["Content-Type"] = FORM
        with self._closed_on_failure():
            self._socket.settimeout(_left(deadline))
            self._http.request(method, path, b"" if method == "POST" else None, headers)
            self._socket.settimeout(_left(deadline))
            return self._http.getresponse()

    def read(self, response: http.client.HTTPResponse, deadline: float) -> Answer:
        """Reads an answer to its end. Raises IncompleteRead if it's cut off."""
        with self._closed_on_failure(), response:
            while response.read1(65536):
                left = _left(deadline)
                if not response.isclosed():
                    self._socket.settimeout(left)
            if response.length:
                raise http.client.IncompleteRead(b"", response.length)
            return Answer(response.status, response.headers.get(RELEASE, ""))

    @contextmanager
    def _closed_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise


def _left(deadline: float) -> float:
    """Seconds until a deadline. Raises TimeoutError when it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
