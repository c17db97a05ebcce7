"""Shows the journals of all hosts of a target together, line by line, by time."""

import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread

from understudy.cli import shell
from understudy.cli.moments import DEPLOY
from understudy.commands import Argv
from understudy.commands import journal as commands
from understudy.errors import INTERRUPTED, StepFailed, UnderstudyError
from understudy.host import audit, batches, journal
from understudy.host.batches import Outcome
from understudy.host.journal import LogLine
from understudy.job import Job

LINES = 50
# Lines of two hosts come in the order of their times if they arrive within so many seconds.
_TOGETHER = 0.3
_Show = Callable[[LogLine], None]


@dataclass(frozen=True)
class Wanted:
    """Which lines. lines: how many of the last ones; None: LINES, or all with `since`. since: a time, or
    DEPLOY. process: None for all. grep: only those that it matches, "" for all.
    """

    lines: int | None = None
    follow: bool = False
    process: str | None = None
    since: datetime | str | None = None
    grep: str = ""

    @property
    def number(self) -> int | None:
        return LINES if self.lines is None and self.since is None else self.lines


def logs(job: Job, hosts: Sequence[Job], wanted: Wanted) -> None:
    """Shows the lines of these hosts of the job's target. With `follow` until Ctrl-C, which raises SystemExit.

    Raises ConfigError if deploy.yml has no such process; after all lines of the others Unreachable if a host
    can't be reached, StepFailed if journalctl fails.
    """
    units = journal.chosen(job.config, wanted.process)
    several = len(hosts) > 1

    def show(line: LogLine) -> None:
        job.report.about(line.host if several else "")
        text = line.shown(named=wanted.process is None)
        job.report.result(journal.EVENT, line.fields(), text)
        job.report.about("")

    lines: SimpleQueue[LogLine | None] = SimpleQueue()
    with _read_by([_Reader(host, units, wanted, lines) for host in hosts]) as readers:
        if wanted.follow:
            _show_as_they_come(lines, len(readers), show)
        else:
            _show_last(lines, len(readers), wanted.number, show)
    _raise([Outcome(str(one.job.target.address), one.error) for one in readers], job.target_name)


class _Reader:
    """Reads the journal of one host, in a thread of its own. error: why it could not, once that has ended.

    lines: where they go, and None after the last one.
    """

    def __init__(
        self, job: Job, units: Sequence[str], wanted: Wanted, lines: "SimpleQueue[LogLine | None]"
    ) -> None:
        self.job = job
        self.error: UnderstudyError | None = None
        self._units, self._wanted, self._lines = units, wanted, lines
        self._process: subprocess.Popen[str] | None = None
        self.thread = Thread(target=self._read, name="journal", daemon=True)

    def end(self) -> None:
        if self._process:
            self._process.terminate()

    def _read(self) -> None:
        try:
            self._read_all(_command(self.job, self._units, self._wanted))
        except UnderstudyError as error:
            self.error = error
        finally:
            self._lines.put(None)

    def _read_all(self, command: Argv) -> None:
        with shell.reading(self.job, shlex.join(command)) as process:
            self._process = process
            assert process.stdout is not None  # noqa: S101 - asked for
            assert process.stderr is not None  # noqa: S101
            for text in process.stdout:
                for line in journal.parse(text, self.job.config, str(self.job.target.address)):
                    self._lines.put(line)
            errors = process.stderr.read().strip()
        self.error = _error(self.job, process.returncode, errors)


def _command(job: Job, units: Sequence[str], wanted: Wanted) -> Argv:
    since = audit.last_deploy(job) if wanted.since == DEPLOY else wanted.since
    assert not isinstance(since, str)  # noqa: S101 - DEPLOY is the only word
    return commands.read(
        units, lines=wanted.number, follow=wanted.follow, since=since, grep=wanted.grep
    )


def _error(job: Job, code: int, errors: str) -> UnderstudyError | None:
    """None if it ended well. A signal was ours, and with --grep no line is no failure."""
    if code == shell.NO_CONNECTION:
        return shell.no_connection(job, errors)
    if code > 0 and errors:
        return StepFailed(f"journalctl on {job.target.address} failed", details=errors)
    return None


@contextmanager
def _read_by(readers: Sequence[_Reader]) -> Iterator[Sequence[_Reader]]:
    """Begins to read. Ctrl-C is the way to end --follow: it is no error."""
    try:
        for one in readers:
            one.thread.start()
        yield readers
        for one in readers:
            one.thread.join()
    except KeyboardInterrupt:
        for one in readers:
            one.end()
        raise SystemExit(INTERRUPTED) from None


def _show_last(
    lines: "SimpleQueue[LogLine | None]", readers: int, number: int | None, show: _Show
) -> None:
    found: list[LogLine] = []
    while readers:
        line = lines.get()
        readers -= line is None
        found += [line] if line else []
    # Of one host journalctl's own order, which is that of arrival.
    found.sort(key=lambda line: line.time)
    for line in found[0 if number is None else max(len(found) - number, 0) :]:
        show(line)


def _show_as_they_come(lines: "SimpleQueue[LogLine | None]", readers: int, show: _Show) -> None:
    while readers:
        together = [lines.get(), *_more(lines)]
        readers -= together.count(None)
        for line in sorted((one for one in together if one), key=lambda one: one.time):
            show(line)


def _more(lines: "SimpleQueue[LogLine | None]") -> Iterator[LogLine | None]:
    """What arrives shortly after a line."""
    end = time.monotonic() + _TOGETHER
    with suppress(Empty):
        while (left := end - time.monotonic()) > 0:
            yield lines.get(timeout=left)


def _raise(outcomes: Sequence[Outcome], target: str) -> None:
    failed = [one for one in outcomes if one.error]
    if failed and len(outcomes) > 1:
        raise batches.not_looked_at(target, failed)
    for one in failed:
        if one.error:
            raise one.error
