"""A connection that is opened, and asked something, while this machine still reads what it is for."""

import sys
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from understudy.commands import Argv
from understudy.errors import UnderstudyError
from understudy.ssh import endpoint
from understudy.ssh.connection import Result, SshConnection
from understudy.ssh.dial import Dial
from understudy.ssh.endpoint import Endpoint

SECONDS_TO_ANSWER = 60
# Seconds until another thread gets its turn. Opening a connection takes a dozen turns, each a short one;
# a thread that imports would give one up only after 5 ms.
_TURN = 0.0005


class EarlyConnection:
    """Connects and runs a command in a thread, from now on; a context manager.

    At its end the connection is closed, unless it was taken.
    """

    def __init__(self, target: Endpoint, user: str, argv: Argv, dial: Dial | None = None) -> None:
        self._asked, self._dial = (endpoint.of(target), user, argv), dial
        self._connection: SshConnection | None = None
        self._answer: Result | None = None
        self._error: Exception | None = None
        self.taken = False
        self._closed = False
        self._lock = Lock()
        self._turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        self._thread = Thread(target=self._ask, name="early connection", daemon=True)
        self._thread.start()

    def answer(self) -> Result | None:
        """How the command ended, once it has. None if the connection failed."""
        self._thread.join()
        return self._answer

    def take(self, target: Endpoint, user: str, argv: Argv) -> tuple[SshConnection, Result] | None:
        """The connection, which the caller then has to close, and how the command ended.

        None if it leads elsewhere, was asked something else, or was taken before. Raises what prevented it,
        as SshConnection does: the caller need not try again.
        """
        if self.taken or self._asked != (endpoint.of(target), user, argv):
            return None
        self._thread.join()
        self.taken = True
        sys.setswitchinterval(self._turn)
        if self._error:
            self._close()
            raise self._error
        connection, self._connection = self._connection, None
        return (connection, self._answer) if connection and self._answer else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Does not wait for a host that does not answer: its thread ends by itself."""
        sys.setswitchinterval(self._turn)
        with self._lock:
            self._closed = True
            self._close()

    def _ask(self) -> None:
        target, user, argv = self._asked
        try:
            connection = SshConnection(target, user, self._dial)
            with self._lock:
                self._connection = connection
                if self._closed:
                    self._close()
            self._answer = connection.run(argv, seconds=SECONDS_TO_ANSWER)
        # A bug's exception, too, is raised where the connection is needed.
        except Exception as error:
            self._error = error

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with suppress(UnderstudyError, OSError):
                connection.close()
