"""A command on a host that doesn't end: what it does there, and how it is ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import paramiko

from understudy.commands import Argv, processes
from understudy.commands.in_one_line import in_one_line
from understudy.errors import Interrupted, StepFailed, UnderstudyError
from understudy.local.background import Background
from understudy.ssh import stream
from understudy.ssh.running import Answer

# Runs another command on the host, and returns what that prints.
Query = Callable[[Argv], str]
# A Python program needs some time to undo what it has begun.
SECONDS = 5
# For the host to take a request to end a command: who has pressed Ctrl-C does not wait for a host that is gone.
SECONDS_TO_ANSWER = 10


class Ending:
    """Of one command. answer: its own, which knows its session on the host once it has begun.

    give_up: closes the connection. may_be_root: whether the user of the connection can end processes of root.
    """

    def __init__(
        self,
        query: Query,
        give_up: Callable[[], None],
        channel: paramiko.Channel,
        answer: Answer,
        may_be_root: bool,
    ) -> None:
        self._query = query
        self._give_up = give_up
        self._channel = channel
        self._answer = answer
        self._may_be_root = may_be_root

    @contextmanager
    def by_ctrl_c(self) -> Iterator[None]:
        """Ctrl-C in the block ends the command. Raises Interrupted with a sentence on how that went."""
        try:
            yield
        except KeyboardInterrupt:
            raise Interrupted(self._end()) from None

    def too_long(self, host: str, words: Argv, seconds: float) -> StepFailed:
        """Ends the command. The error names what it was at."""
        return StepFailed(
            f"{host}: no end after {seconds} s",
            details=f"{in_one_line(words)}\nat work: {self.at_work()}",
            hint=f"{self._end()} `uptime` and `ps fax` on the host show what keeps it busy.",
        )

    def at_work(self) -> str:
        """The processes of the command, in words."""
        if not self._answer.session:
            return "the host has not started the command yet"
        try:
            found = self._query(processes.listing(self._answer.session))
        except UnderstudyError as error:
            return f"the host does not say what runs there ({error.summary})"
        return processes.at_work(found) or "no process of the command is left"

    def _end(self) -> str:
        session = self._answer.session
        # 0: it has not even begun to print.
        for signal in ("INT", "KILL") if session else ():
            try:
                self._ask_to_end(signal, session)
            except TimeoutError:
                self._give_up()
                return "The host does not answer; it ends the command once it notices."
            if stream.ends_within(self._channel, SECONDS):
                return "Its processes on the host were ended."
        return "Its processes on the host could not be ended and may still be at work."

    def _ask_to_end(self, signal: str, session: int) -> None:
        """Raises TimeoutError if the host does not answer."""
        argv = processes.end(signal, session, may_be_root=self._may_be_root)
        with suppress(UnderstudyError):
            Background(lambda: self._query(argv)).answer(SECONDS_TO_ANSWER)
