"""Visitors of a site while something goes wrong: what they saw, counted."""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Self

# Seconds until a visitor gives up.
PATIENCE = 30
_MOST_WAITING = 128
# Seconds in which all of them get their page: the site is right again.
_SETTLED = 5


@dataclass(frozen=True)
class Visit:
    """at: when it began, in seconds since the first. seconds: how long it took. status: 0 without an answer."""

    at: float
    seconds: float
    status: int

    @property
    def succeeded(self) -> bool:
        return self.status == 200

    @property
    def end(self) -> float:
        return self.at + self.seconds


@dataclass(frozen=True)
class Seen:
    """failed: answers that were errors, and visits without one. longest: the most seconds in which no visit
    got its page. slowest: of those that got it. last_failure: when the last one that failed began; None if
    none did.
    """

    visits: int
    failed: int
    longest: float
    slowest: float
    last_failure: float | None

    @classmethod
    def of(cls, visits: Sequence[Visit]) -> Self:
        pages = sorted(visit.end for visit in visits if visit.succeeded)
        failures = [visit.at for visit in visits if not visit.succeeded]
        gaps = (later - earlier for earlier, later in zip([0.0, *pages], pages, strict=False))
        slowest = max((visit.seconds for visit in visits if visit.succeeded), default=0.0)
        return cls(
            len(visits), len(failures), max(gaps, default=0.0), slowest, max(failures, default=None)
        )

    def seconds_to_recover(self, ended: float) -> float:
        """From the end of the fault to the beginning of the first visit after which none failed."""
        return max(0.0, (self.last_failure or 0.0) - ended)


class Visitors:
    """Each asks one of the hosts for a page, in turn, whether or not those before it were answered."""

    def __init__(
        self, addresses: Sequence[str], name: str, path: str = "/", rate: float = 10
    ) -> None:
        """name: the site's, as in the Host header. rate: visits a second."""
        self._addresses, self._name, self._path, self._rate = addresses, name, path, rate
        self.visits: list[Visit] = []
        self._began, self._stopping = time.monotonic(), Event()
        self._pool = ThreadPoolExecutor(_MOST_WAITING)
        self._clock = Thread(target=self._send_all, daemon=True)

    @property
    def now(self) -> float:
        """Seconds since the first visit."""
        return time.monotonic() - self._began

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
        self._stopping.set()
        self._clock.join()
        self._pool.shutdown(cancel_futures=error is not None)

    def stay(self, seconds: float) -> None:
        time.sleep(seconds)

    def stay_until_served(self, seconds: float) -> bool:
        """Whether, within so many seconds, those who come get their pages for some time."""
        began = self.now
        while self.now < began + seconds:
            self.stay(0.5)
            last = max(self.now - _SETTLED, began)
            served = [one for one in list(self.visits) if one.at > last and one.succeeded]
            if len(served) >= self._rate * (_SETTLED - 1):
                return True
        return False

    def _send_all(self) -> None:
        number = 0
        while not self._stopping.wait(max(0.0, number / self._rate - self.now)):
            address = self._addresses[number % len(self._addresses)]
            self._pool.submit(self._visit, address, self.now)
            number += 1

    def _visit(self, address: str, at: float) -> None:
        connection = http.client.HTTPConnection(address, timeout=PATIENCE)
        try:
            connection.request("GET", self._path, headers={"Host": self._name})
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        self.visits.append(Visit(at, self.now - at, status))
