"""Waits, each with a deadline: for a release to be healthy, for a host to answer."""

import socket
import time
from collections.abc import Callable

from understudy.actions import Start
from understudy.commands import all_of, http, site
from understudy.connection import Connection, Result
from understudy.errors import StepFailed, Unreachable

# Enough for the app's own traceback above the one of gunicorn giving up.
JOURNAL_LINES = 60


def start_and_wait(connection: Connection, action: Start) -> None:
    """Starts a release and waits until its own socket answers well.

    On failure the release is stopped again, and the error holds the last answer and the journal.
    """
    started = connection.run(
        site.start(action.site, action.release_id), seconds=action.seconds + 30
    )
    answer = started
    if started.ok:
        answer = _ask_until(connection, action)
    if not answer.ok:
        raise _unhealthy(connection, action, answer)


def _ask_until(connection: Connection, action: Start) -> Result:
    deadline = time.monotonic() + action.seconds
    checks = all_of(action.checks)
    while True:
        answer = connection.run(checks, user=action.user)
        # Only a socket that isn't there yet is worth a wait; an answer of the app is its answer.
        if answer.ok or http.answered(answer.errors) or time.monotonic() >= deadline:
            return answer
        if connection.run(site.has_failed(action.site, action.release_id)).ok:
            return answer
        time.sleep(0.2)


def _unhealthy(connection: Connection, action: Start, answer: Result) -> StepFailed:
    journal = connection.run(site.journal(action.site, action.release_id, JOURNAL_LINES))
    connection.run(site.stop(action.site, action.release_id))
    return StepFailed(
        f"release {action.release_id} is not healthy; it never served a request",
        details=f"health check: {_short(answer.text)}\n--- journal ---\n{journal.text}",
        hint="What served before still serves. Mend the cause, commit, deploy again.",
    )


def _short(text: str) -> str:
    return text if len(text) < 2000 else text[:2000] + " …"


def wait_for_port(
    address: str, port: int, seconds: float, still_hopeful: Callable[[], bool] = lambda: True
) -> None:
    """Waits until something answers at a TCP port. Raises Unreachable at the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and still_hopeful():
        try:
            with socket.create_connection((address, port), timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise Unreachable(f"{address}:{port} did not answer within {seconds:.0f} s")
