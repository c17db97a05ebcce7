"""A WebSocket that is kept open while a release goes live, as by a page that a visitor leaves open: whether the
site closed it as it should, and how soon it was back.
"""

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread

import websocket

from understudy.traffic.client import PROBE, RELEASE, Endpoint
from understudy.traffic.samples import (
    CUT_OFF,
    SWITCHING_PROTOCOLS,
    AfterSwitch,
    Kind,
    Outcome,
    Sample,
    classify_websocket,
)

# Seconds between two tries of a client whose WebSocket was closed, and between two looks whether to end.
PAUSE = 0.1
# Seconds until the next try of one that could not be opened at all.
LATER = 1.0


class KeptWebSocket:
    """Opens a WebSocket, and again whenever it was closed; each opening is a sample.

    host: the site's name. path: URL path of the WebSocket. clock: seconds since the prober's start.
    """

    def __init__(
        self, endpoint: Endpoint, host: str, path: str, clock: Callable[[], float], timeout: float
    ) -> None:
        self.samples: list[Sample] = []
        self._endpoint = endpoint
        self._url = f"ws://{host}{path}"
        self._origin = f"{'https' if endpoint.tls else 'http'}://{host}"
        self._clock = clock
        self._timeout = timeout
        self._switch: AfterSwitch | None = None
        self._answered_after_switch = Event()
        self._stopping = Event()
        # Seconds that the first opening took.
        self._usual: float | None = None
        self._thread = Thread(target=self._keep_open, name="websocket", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def switched(self, switch: AfterSwitch) -> None:
        """The old release ends from now on: the WebSocket has to be closed, and opened again."""
        self._switch = switch

    def stop(self, *, is_failing: bool) -> None:
        """Closes it. After a switch waits until it was opened again; is_failing: does not wait for that."""
        at = self._clock()
        waits = self._switch and not is_failing
        if waits and not self._answered_after_switch.wait(self._timeout):
            self.samples.append(Sample(at, Kind.WEBSOCKET, Outcome.STALE, self._clock() - at))
        self._stopping.set()
        self._thread.join(self._timeout)

    def _keep_open(self) -> None:
        code = None
        while not self._stopping.is_set():
            opened = self._open(code)
            if opened:
                code = self._closed_with(opened)
                with suppress(websocket.WebSocketException, OSError):
                    opened.send_close()
                opened.shutdown()
            else:
                code = None
                self._stopping.wait(LATER)

    def _open(self, code: int | None) -> websocket.WebSocket | None:
        """Opens it; tries again if it was open before. code: with which that one was closed."""
        began, switch = self._clock(), self._switch
        opened, answer, release = self._try()
        while code is not None and opened is None and self._clock() - began < self._timeout:
            if self._stopping.wait(PAUSE):
                break
            opened, answer, release = self._try()
        seconds = self._clock() - began
        self._usual = seconds if self._usual is None else self._usual
        outcome = classify_websocket(code, answer, release, switch, seconds - self._usual)
        status = answer if isinstance(answer, int) else 0
        self.samples.append(Sample(began, Kind.WEBSOCKET, outcome, seconds, release, status))
        if switch:
            self._answered_after_switch.set()
        return opened

    def _try(self) -> tuple[websocket.WebSocket | None, int | Exception, str]:
        """The open WebSocket, the status or the error, and the release that has answered."""
        try:
            opened = self._connect()
        except websocket.WebSocketBadStatusException as refused:
            return None, refused.status_code, ""
        except Exception as error:
            return None, error, ""
        headers = opened.getheaders() or {}
        return opened, SWITCHING_PROTOCOLS, headers.get(RELEASE.lower(), "")

    def _connect(self) -> websocket.WebSocket:
        connected = self._endpoint.connect(self._timeout)
        try:
            return websocket.create_connection(
                self._url,
                self._timeout,
                socket=connected,
                origin=self._origin,
                header=[f"{PROBE}: 1"],
                redirect_limit=0,
            )
        except BaseException:
            connected.close()
            raise

    def _closed_with(self, opened: websocket.WebSocket) -> int | None:
        """Reads until it is closed. The code of the close, CUT_OFF without one; None if this end closes it."""
        opened.settimeout(PAUSE)
        try:
            while not self._stopping.is_set():
                frame = _next_frame(opened)
                if frame and frame.opcode == websocket.ABNF.OPCODE_PING:
                    opened.pong(frame.data)
                if frame and frame.opcode == websocket.ABNF.OPCODE_CLOSE:
                    return _code(frame.data)
        except (websocket.WebSocketException, OSError):
            return CUT_OFF
        return None


def _next_frame(opened: websocket.WebSocket) -> websocket.ABNF | None:
    """None if there is none yet. Not recv(): it answers a close, and fails if the server has left by then."""
    try:
        frame: websocket.ABNF = opened.recv_frame()
    except websocket.WebSocketTimeoutException:
        return None
    return frame


def _code(content: str | bytes) -> int:
    """Of a close frame, RFC 6455, 5.5.1."""
    if isinstance(content, str) or len(content) < 2:
        return CUT_OFF
    return int.from_bytes(content[:2])
