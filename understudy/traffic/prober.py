"""Asks a site all the time at a constant rate, so that a deploy shows whether it loses a request."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Self

from understudy.traffic.client import Door as Door
from understudy.traffic.client import LocalDoor as LocalDoor
from understudy.traffic.client import PublicDoor as PublicDoor
from understudy.traffic.client import Visitor
from understudy.traffic.samples import Kind, Outcome, Sample, Summary, classify, next_request
from understudy.traffic.samples import ProbePaths as ProbePaths

LOOKS = 3
# So many requests without an answer at once: whoever comes next would not be served either.
WORKERS = 64


@dataclass(frozen=True)
class _Switch:
    """The release that has to answer from now on, None for any; URL paths of its static files."""

    release_id: str | None = None
    static: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Flight:
    """A request that was started. at: seconds since the probe's start."""

    number: int
    at: float
    kind: Kind
    path: str

    def lost(self, seconds: float) -> Sample:
        return Sample(self.at, self.kind, Outcome.TIMEOUT, seconds)


def seconds_for_a_page(door: Door, host: str, path: str, timeout: float = 10) -> float:
    """How long a page takes, on a new connection: the quickest of a few looks."""
    visitor = Visitor(door, host, timeout)
    times = []
    for _ in range(LOOKS):
        began = time.monotonic()
        # What fails costs the host time as well; that it fails is the prober's to tell.
        with suppress(Exception):
            visitor.ask(Kind.PAGE, path)
        times.append(time.monotonic() - began)
    visitor.close()
    return min(times)


class Prober:
    """Asks from __enter__ until stop() or __exit__. rate: requests in a second.

    Each request starts at its time, whether or not those before it have ended, and its latency
    counts from that time: a site that stands still is not asked less, or it would look better.
    """

    def __init__(
        self, door: Door, host: str, paths: ProbePaths, rate: float, timeout: float = 10
    ) -> None:
        """host: the site's name, as visitors write it. timeout: seconds until a request is lost."""
        self._visitor = Visitor(door, host, timeout)
        self._paths = paths
        self._rate = rate
        self._timeout = timeout
        self._switch = _Switch()
        # Seconds since the probe's start.
        self.switched_at: float | None = None
        self._flying: set[_Flight] = set()
        self._landed = Condition()
        self._samples: list[Sample] = []
        self._stopping = Event()
        self._clock = Thread(target=self._run, name="probe", daemon=True)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="probe")
        self._began = 0.0
        self._summary: Summary | None = None

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._clock.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def switched(self, release_id: str | None, static: tuple[str, ...]) -> None:
        """To be called right after the switch: requests from now on must be answered by that release.

        release_id: None for an app that can't tell its release. static: URL paths of its files;
        those from before are asked for as well, since pages from before are still open.
        """
        self._switch = _Switch(release_id, static)
        self.switched_at = time.monotonic() - self._began

    @property
    def samples(self) -> tuple[Sample, ...]:
        """What became of the requests that have ended."""
        return tuple(self._samples)

    def stop(self) -> Summary:
        """Starts no more requests and waits for the last answers, at most for the timeout."""
        if self._summary is None:
            self._stopping.set()
            self._clock.join()
            self._give_up_the_last()
            self._pool.shutdown(wait=False)
            self._visitor.close()
            self._summary = Summary.of(self._samples)
        return self._summary

    def _give_up_the_last(self) -> None:
        with self._landed:
            self._landed.wait_for(lambda: not self._flying, self._timeout)
            now = time.monotonic() - self._began
            self._samples += [flight.lost(now - flight.at) for flight in self._flying]
            self._flying.clear()

    def _run(self) -> None:
        number = 0
        while not self._stopping.wait(self._seconds_until(number)):
            self._start(number)
            number += 1

    def _seconds_until(self, number: int) -> float:
        return max(0.0, self._began + number / self._rate - time.monotonic())

    def _start(self, number: int) -> None:
        kind, path = next_request(number, self._paths, self._switch.static)
        flight = _Flight(number, number / self._rate, kind, path)
        with self._landed:
            if len(self._flying) >= WORKERS:
                self._samples.append(flight.lost(self._timeout))
                return
            self._flying.add(flight)
        self._pool.submit(self._send, flight)

    def _send(self, flight: _Flight) -> None:
        expected = self._switch.release_id
        status, release = 0, ""
        try:
            answer = self._visitor.ask(flight.kind, flight.path)
            status, release = answer.status, answer.release
            outcome = classify(flight.kind, status, release, expected)
        except Exception as error:
            # Whatever it was: this request got no answer, and must not be missing in the count.
            outcome = classify(flight.kind, error, release, expected)
        seconds = time.monotonic() - self._began - flight.at
        self._receive(flight, Sample(flight.at, flight.kind, outcome, seconds, release, status))

    def _receive(self, flight: _Flight, sample: Sample) -> None:
        with self._landed:
            # One that was given up has its sample.
            if flight in self._flying:
                self._flying.remove(flight)
                self._samples.append(sample)
                self._landed.notify_all()
