"""Hosts that are changed together wait for each other at the points of their plans: see actions.Meet."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

from understudy.errors import StepFailed, Stopped
from understudy.host.actions import Meet

# After the last point.
_DONE = 99


class Gates:
    """A point is open once all hosts have come to it, and stays so. After a failure no further one opens.

    A host that has done all that it had to do has come to every point. Each host has a thread of its own.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._change = Condition()
        self._reached = dict.fromkeys(hosts, 0)
        self._failed = ""
        self._printed: set[str] = set()

    @contextmanager
    def taking_part(self, host: str) -> Iterator["Gate"]:
        """For all that is done to that host: how the block ends is how the host ends."""
        try:
            yield Gate(self, host)
        except BaseException:
            self.fail(f"{host} failed")
            raise
        with self._change:
            self._reach(host, _DONE)

    def fail(self, what: str) -> None:
        """All who wait, or come to a point that is not open yet, stop there. The first reason counts."""
        with self._change:
            self._failed = self._failed or what
            self._change.notify_all()

    def meet(self, host: str, at: Meet, printed: str) -> str:
        """See Gate.meet()."""
        with self._change:
            if at.passes_on and at.passes_on in printed:
                self._printed.add(at.passes_on)
            self._reach(host, at.point)
            ended = self._change.wait_for(lambda: self._is_open(at) or self._failed, at.seconds)
            if self._is_open(at):
                return at.passes_on if at.passes_on in self._printed else ""
            if not ended:
                missing = [one for one, point in self._reached.items() if point < at.point]
                self.fail(f"{host} waited {at.seconds} s for {', '.join(missing)}")
                raise StepFailed(f"{self._failed}; {at.stopped}", hint=at.hint)
            raise Stopped(f"{self._failed}; {at.stopped}", hint=at.hint)

    def _reach(self, host: str, point: int) -> None:
        """After a failure what is not open must not open, although the host that is waited for may come."""
        if not self._failed:
            self._reached[host] = point
            self._change.notify_all()

    def _is_open(self, at: Meet) -> bool:
        return min(self._reached.values()) >= at.point


@dataclass(frozen=True)
class Gate:
    """Where one host waits for the others."""

    gates: Gates
    host: str

    def meet(self, at: Meet, printed: str) -> str:
        """Waits until all hosts have come to that point. printed: by the steps of this host until now.

        Returns at.passes_on if a step of any of them has printed it, else "". Raises Stopped if another host
        fails before, StepFailed at the deadline.
        """
        return self.gates.meet(self.host, at, printed)

    def fail(self) -> None:
        """The others need not wait until what this host has done is undone."""
        self.gates.fail(f"{self.host} failed")
