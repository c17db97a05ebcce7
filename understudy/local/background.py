"""Work in a thread of its own, begun ahead of its use."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Background(Generic[Answer]):
    """Begins the work at once. The process doesn't wait for it: a run that ends early ends at once."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._work, self._future = work, Future[Answer]()
        Thread(target=self._run, name="background", daemon=True).start()

    def answer(self, seconds: float | None = None) -> Answer:
        """Waits for the end of the work, at most so long. Raises what that raised, or TimeoutError."""
        return self._future.result(seconds)

    def _run(self) -> None:
        try:
            self._future.set_result(self._work())
        except BaseException as error:
            self._future.set_exception(error)
