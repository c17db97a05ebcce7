"""Sends requests to a site, as many as it can take, so that a deploy shows whether it loses any."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Self

from understudy.traffic.client import Client, Endpoint
from understudy.traffic.samples import (
    AfterSwitch,
    Kind,
    Outcome,
    ProbePaths,
    Sample,
    Summary,
    classify,
    next_rate,
    next_request,
)
from understudy.traffic.websocket import KeptWebSocket

# Requests that measure how long a page takes.
TRIALS = 3
# With so many requests unanswered no further one is sent: a site that hangs loses these, and a slow one none.
MOST_UNANSWERED = 64


@dataclass(frozen=True)
class _Request:
    """A request that was sent. at: when it was due, in seconds since the prober's start."""

    number: int
    at: float
    kind: Kind
    path: str

    def timed_out(self, seconds: float) -> Sample:
        return Sample(self.at, self.kind, Outcome.TIMEOUT, seconds)


class Prober:
    """Sends requests from __enter__ until stop() or __exit__.

    Each request is sent when it is due, whether or not those before it were answered (up to
    MOST_UNANSWERED), and its latency counts from then. A prober that waited would send fewer requests to a
    site that hangs, and the site would look better than it is (known as coordinated omission). Two are due at
    once, as from two visitors: a single busy worker or a locked database shows only then.
    """

    def __init__(
        self, endpoint: Endpoint, host: str, paths: ProbePaths, rate: float, timeout: float = 10
    ) -> None:
        """host: the site's name, as in the Host header. rate: requests a second, fewer while too many wait.

        timeout: seconds until a request counts as lost.
        """
        self._client = Client(endpoint, host, timeout)
        self._paths = paths
        self._rate = rate
        self._timeout = timeout
        self._switch = AfterSwitch()
        # Requests that were due while too many others were unanswered.
        self.unsent = 0
        # Seconds since the prober's start, None before the switch.
        self.switched_at: float | None = None
        self._unanswered: set[_Request] = set()
        self._changed = Condition()
        self._samples: list[Sample] = []
        self._stopping = Event()
        self._clock = Thread(target=self._send_all, name="probe", daemon=True)
        self._pool = ThreadPoolExecutor(MOST_UNANSWERED, thread_name_prefix="probe")
        self._began = 0.0
        self._summary: Summary | None = None
        self._websocket: KeptWebSocket | None = None
        if paths.websocket:
            self._websocket = KeptWebSocket(endpoint, host, paths.websocket, self._seconds, timeout)

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._clock.start()
        if self._websocket:
            self._websocket.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end(is_failing=error is not None)

    def switched(self, switch: AfterSwitch) -> None:
        """To be called right after the switch: that release must answer all later requests.

        Static files of the old release are still requested as well, for pages that were opened before.
        """
        self._switch = switch
        self.switched_at = self._seconds()
        if self._websocket:
            self._websocket.switched(switch)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The requests that have ended."""
        return (*self._samples, *(self._websocket.samples if self._websocket else ()))

    def stop(self) -> Summary:
        """Sends no more requests and waits for the last answers, at most for the timeout."""
        return self._end(is_failing=False)

    def _end(self, *, is_failing: bool) -> Summary:
        if self._summary is None:
            if self._websocket:
                self._websocket.stop(is_failing=is_failing)
            self._stopping.set()
            self._clock.join()
            self._give_up_the_last()
            self._pool.shutdown(wait=False)
            self._client.close()
            self._summary = Summary.of(self.samples)
        return self._summary

    def _seconds(self) -> float:
        """Since the prober's start."""
        return time.monotonic() - self._began

    def _give_up_the_last(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._unanswered, self._timeout)
            now = self._seconds()
            self._samples += [request.timed_out(now - request.at) for request in self._unanswered]
            self._unanswered.clear()

    def _send_all(self) -> None:
        number, at, rate = 0, 0.0, self._rate
        while not self._stopping.wait(max(0.0, at - self._seconds())):
            self._start(number, at)
            self._start(number + 1, at)
            with self._changed:
                rate = next_rate(rate, self._rate, len(self._unanswered))
            number, at = number + 2, at + 2 / rate

    def _start(self, number: int, at: float) -> None:
        kind, path = next_request(number, self._paths, self._switch.static)
        request = _Request(number, at, kind, path)
        with self._changed:
            if len(self._unanswered) >= MOST_UNANSWERED:
                self.unsent += 1
                return
            self._unanswered.add(request)
        self._pool.submit(self._send, request)

    def _send(self, request: _Request) -> None:
        expected = self._switch.release_id
        status, release = 0, ""
        try:
            answer = self._client.request(request.kind, request.path)
            status, release = answer.status, answer.release
            outcome = classify(request.kind, status, release, expected)
        except Exception as error:
            # Whatever the error was, this request got no answer and has to be counted.
            outcome = classify(request.kind, error, release, expected)
        seconds = self._seconds() - request.at
        self._receive(request, Sample(request.at, request.kind, outcome, seconds, release, status))

    def _receive(self, request: _Request, sample: Sample) -> None:
        with self._changed:
            # A request that was given up has its sample already.
            if request in self._unanswered:
                self._unanswered.remove(request)
                self._samples.append(sample)
                self._changed.notify_all()


def seconds_for_a_page(endpoint: Endpoint, host: str, path: str, timeout: float = 10) -> float:
    """How long a page takes on a new connection: the quickest of TRIALS. timeout: seconds for each."""
    client = Client(endpoint, host, timeout)
    times = []
    for _ in range(TRIALS):
        began = time.monotonic()
        # A failed request costs the host time as well; the prober will report the failure.
        with suppress(Exception):
            client.request(Kind.PAGE, path)
        times.append(time.monotonic() - began)
    client.close()
    return min(times)
