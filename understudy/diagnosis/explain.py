"""Explains the errors of a block. What that takes is imported after a failure only."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from understudy.errors import ConfigError, HookFailed, StepFailed
from understudy.job import Job


@contextmanager
def explained(job: Job, *, busy: bool = False) -> Iterator[None]:
    """Adds to an error of the block its confirmed cause and how to fix it, or else what is known.

    Attaches to the report what the host has logged since the block began. busy: the site has other
    requests meanwhile, of the prober or of visitors; then the app's log counts only if nothing else
    explains the error.
    """
    began = time.time()
    try:
        yield
    except HookFailed:
        raise
    except (StepFailed, ConfigError) as error:
        from understudy.diagnosis import evidence

        evidence.explain(job, error, began, busy=busy)
        raise
