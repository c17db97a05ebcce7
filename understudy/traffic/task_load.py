"""Enqueues tasks again and again, in a thread, until all of them are to be counted."""

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from threading import Event, Thread
from types import TracebackType
from typing import Self

from understudy.errors import UnderstudyError
from understudy.traffic import task_count
from understudy.traffic.task_count import TaskCount

# Before the block, after it, and again and again in it.
TASKS_OF_A_BATCH = 5
# Seconds between batches, and between two looks at what is done.
PAUSE = 0.5


class TaskLoad:
    """A context manager: a task is enqueued before its block begins, and others until its block ends.

    enqueue: enqueues a task for each of these marks; returns the id of the release that did. done: (mark,
    release) of each time a task was done. enqueued_by: mark -> the release that enqueued the task.
    began: in seconds since the epoch.
    """

    def __init__(
        self,
        enqueue: Callable[[Sequence[str]], str],
        done: Callable[[], Iterable[tuple[str, str]]],
    ) -> None:
        self._enqueue, self._done = enqueue, done
        self.enqueued_by: dict[str, str] = {}
        self.began = 0.0
        self._failure: UnderstudyError | None = None
        self._ended = Event()
        self._thread = Thread(target=self._work, name="tasks")

    def __enter__(self) -> Self:
        """Raises what the first batch raises."""
        self.began = time.time()
        self._batch()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def finish(self, old: str, seconds: float) -> TaskCount:
        """Enqueues the last tasks, after the block, and waits until all are done, so many seconds at most.

        old: the release that was live at first. Raises what a batch has raised.
        """
        if self._failure:
            raise self._failure
        self._batch()
        deadline = time.monotonic() + seconds
        while True:
            count = task_count.count(self.enqueued_by, self._done(), old)
            if not count.lost or time.monotonic() > deadline:
                return count
            time.sleep(PAUSE)

    def _batch(self) -> None:
        marks = [secrets.token_hex(6) for _ in range(TASKS_OF_A_BATCH)]
        release = self._enqueue(marks)
        self.enqueued_by |= dict.fromkeys(marks, release)

    def _work(self) -> None:
        while not self._ended.wait(PAUSE):
            try:
                self._batch()
            except UnderstudyError as error:
                self._failure = error
                return
