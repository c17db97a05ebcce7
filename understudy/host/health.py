"""Waits, each with a deadline: for a release to be healthy, for a host to answer."""

import socket
import time
from collections.abc import Callable

from understudy.commands import all_of, as_user, http, site
from understudy.errors import StepFailed, Unreachable
from understudy.host.actions import Start
from understudy.ssh.connection import Connection, Result

# Enough for the app's own traceback above the one of gunicorn giving up.
JOURNAL_LINES = 60


def start_and_wait(connection: Connection, action: Start) -> None:
    """Starts a release and waits until its own socket answers well.

    On failure the release is stopped again, and the error holds the last answer and the journal.
    """
    checks = all_of(action.checks)
    start = site.start(action.site, action.release_id)
    start_and_check = all_of((start, as_user(action.user, checks)))
    answer = connection.run(start_and_check, seconds=action.seconds + 30)
    deadline = time.monotonic() + action.seconds
    while not answer.ok and time.monotonic() < deadline and _may_come(connection, action, answer):
        time.sleep(0.2)
        answer = connection.run(checks, user=action.user)
    if not answer.ok:
        raise _unhealthy(connection, action, answer)


def _may_come(connection: Connection, action: Start, answer: Result) -> bool:
    """Only a socket that isn't there yet is worth a wait; an answer of the app is its answer."""
    if http.answered(answer.errors):
        return False
    return connection.run(site.is_recoverable(action.site, action.release_id)).ok


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
