"""Asks a site as its visitors do: on new connections, on kept ones, with a deadline for each answer."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Protocol

from understudy.traffic.samples import Kind

PROBE = "X-Understudy-Probe"
RELEASE = "X-Understudy-Release"
FORM = "application/x-www-form-urlencoded"
KEPT_CONNECTIONS = 4
# What a client sees of a connection that the server has closed while nobody used it.
CLOSED = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Door(Protocol):
    """A way to a site."""

    def connect(self, timeout: float) -> socket.socket:
        """A new connection, whose operations time out as well. Raises OSError."""


@dataclass(frozen=True)
class PublicDoor:
    """The way that visitors take. server_name: for TLS, the site's domain."""

    address: str
    port: int
    tls: bool = False
    server_name: str = ""

    def connect(self, timeout: float) -> socket.socket:
        connection = socket.create_connection((self.address, self.port), timeout=timeout)
        if not self.tls:
            return connection
        return _tls().wrap_socket(connection, server_hostname=self.server_name or None)


class LocalDoor(PublicDoor):
    """The way through a port of this machine that leads to the site's."""

    def __init__(self, port: int, tls: bool = False, server_name: str = "") -> None:
        super().__init__("127.0.0.1", port, tls, server_name)


@cache
def _tls() -> ssl.SSLContext:
    """Who signed the certificate is not asked here: a private one must do on staging."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(frozen=True)
class Answer:
    """A whole answer. release: what it said of where it came from, "" if nothing."""

    status: int
    release: str


class Visitor:
    """Asks one site, from several threads at once. timeout: seconds for a request as a whole."""

    def __init__(self, door: Door, host: str, timeout: float) -> None:
        self._door = door
        self._host = host
        self._timeout = timeout
        self._idle: list[_Line] = []
        self._closed = False
        self._lock = Lock()

    def ask(self, kind: Kind, path: str) -> Answer:
        """Raises OSError or HTTPException if no whole answer comes in time."""
        deadline = time.monotonic() + self._timeout
        if kind is Kind.KEPT:
            return self._ask_kept(path, deadline)
        method = "POST" if kind is Kind.POST else "GET"
        with closing(self._open(deadline)) as line:
            return line.read(line.begin(method, path, self._host, deadline), deadline)

    def close(self) -> None:
        """Closes what is kept; what is in use is closed by its user."""
        with self._lock:
            self._closed, idle, self._idle = True, self._idle, []
        for line in idle:
            line.close()

    def _ask_kept(self, path: str, deadline: float) -> Answer:
        line, response = self._begin_kept(path, deadline)
        answer = line.read(response, deadline)
        self._keep(line)
        return answer

    def _begin_kept(self, path: str, deadline: float) -> "tuple[_Line, http.client.HTTPResponse]":
        """On a kept connection, or anew, once, if the server has closed that: as browsers do."""
        if kept := self._take():
            with suppress(*CLOSED):
                return kept, kept.begin("GET", path, self._host, deadline)
        fresh = self._open(deadline)
        return fresh, fresh.begin("GET", path, self._host, deadline)

    def _open(self, deadline: float) -> "_Line":
        return _Line(self._door.connect(_left(deadline)))

    def _take(self) -> "_Line | None":
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _keep(self, line: "_Line") -> None:
        """For the next request, unless the server ends it or there are enough."""
        with self._lock:
            kept = line.is_open and len(self._idle) < KEPT_CONNECTIONS and not self._closed
            if kept:
                self._idle.append(line)
        if not kept:
            line.close()


class _Line:
    """A connection with one request on it at a time. Whatever fails on it closes it."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._http = http.client.HTTPConnection("-")
        # It has its socket from a door; by itself it would look up a name.
        self._http.auto_open = 0
        self._http.sock = connected

    @property
    def is_open(self) -> bool:
        return self._http.sock is not None

    def close(self) -> None:
        self._http.close()

    def begin(self, method: str, path: str, host: str, deadline: float) -> http.client.HTTPResponse:
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
    """Seconds until a deadline. Raises TimeoutError when it's past."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
