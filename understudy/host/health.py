"""Waits with a deadline: until a release is healthy, until a port answers."""

import socket
import time
from contextlib import suppress

from understudy.commands import all_of, as_user, http, site
from understudy.errors import StepFailed, Unreachable
from understudy.host.actions import Start
from understudy.ssh.connection import Connection, Result

# Enough for the app's own traceback above the one of gunicorn, which ends for it.
JOURNAL_LINES = 60
# Characters of the last answer in the error: it may be a whole page.
ANSWER_LENGTH = 2000


def start_and_wait(connection: Connection, action: Start) -> None:
    """Starts a release and waits until its own socket answers with success.

    Raises StepFailed, with the last answer and the release's journal, after stopping the release: at the
    deadline, and at once if the app answers with an error or its service has failed.
    """
    checks = all_of(action.checks)
    start = site.start(action.site, action.release_id)
    start_and_check = all_of((start, as_user(action.user, checks)))
    # A check may itself take long: it's no reason to wait longer for the start.
    deadline = time.monotonic() + action.seconds
    answer = connection.run(start_and_check, seconds=action.seconds + 30)
    while not answer.ok and time.monotonic() < deadline and _may_come(connection, action, answer):
        time.sleep(0.2)
        answer = connection.run(checks, user=action.user)
    if not answer.ok:
        raise _unhealthy(connection, action, answer)


def wait_for_port(address: str, port: int, seconds: float, greeting: bytes = b"") -> None:
    """Waits until a TCP port accepts connections, and sends what begins so. Raises Unreachable after so many
    seconds.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((address, port), timeout=2) as connection:
            if not greeting or connection.recv(len(greeting), socket.MSG_WAITALL) == greeting:
                return
        time.sleep(0.2)
    raise Unreachable(f"{address}:{port} did not answer within {seconds:.0f} s")


def _may_come(connection: Connection, action: Start, answer: Result) -> bool:
    """Only a socket that is not there yet is worth waiting for: an answer of the app is final."""
    if http.answered(answer.errors):
        return False
    return connection.run(site.is_recoverable(action.site, action.release_id)).ok


def _unhealthy(connection: Connection, action: Start, answer: Result) -> StepFailed:
    journal = connection.run(site.journal(action.site, action.release_id, JOURNAL_LINES))
    connection.run(site.stop(action.site, action.release_id))
    return StepFailed(
        f"release {action.release_id} is not healthy and did not go live",
        details=f"health check: {_short(answer.text)}\n--- journal ---\n{journal.text}",
        hint=action.hint,
    )


def _short(text: str) -> str:
    return text if len(text) < ANSWER_LENGTH else text[:ANSWER_LENGTH] + " …"
