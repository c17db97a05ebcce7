"""Shows the journals and nginx's logs of all hosts of a target together, line by line, by time."""

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

from understudy.cli.log_reader import Lines, LogReader
from understudy.cli.moments import DEPLOY
from understudy.commands import journal as commands
from understudy.commands import nginx_logs, on_host
from understudy.config import host_choice
from understudy.errors import INTERRUPTED, UnderstudyError
from understudy.host import audit, batches, journal
from understudy.host.batches import Outcome
from understudy.host.journal import LogLine
from understudy.job import Job

LINES = 50
# Lines of two hosts come in the order of their times if they arrive within so many seconds.
_TOGETHER = 0.3
_Show = Callable[[LogLine], None]
_Since = Callable[[], datetime | None]


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
    def nothing(self) -> str:
        """What to say if there is no line."""
        of = f" of {self.process}" if self.process else ""
        matching = f" matches {self.grep!r}" if self.grep else ""
        since = f" since {self.since:%Y-%m-%d %H:%M}" if isinstance(self.since, datetime) else ""
        since = " since the last deploy" if self.since == DEPLOY else since
        return f"no line{of}{matching}{since}" if matching or since else f"there is no line{of} yet"

    @property
    def number(self) -> int | None:
        return LINES if self.lines is None and self.since is None else self.lines


def logs(job: Job, hosts: Sequence[Job], wanted: Wanted) -> None:
    """Shows the lines of these hosts of the job's target. With `follow` until Ctrl-C, which raises SystemExit;
    a host that is lost meanwhile is a warning at once.

    Raises ConfigError if deploy.yml has no such process; after all lines of the others Unreachable if a host
    can't be reached, StepFailed if its logs can't be read.
    """
    units = journal.chosen(job.config, wanted.process)
    several, shown = len(hosts) > 1, 0

    def show(line: LogLine) -> None:
        nonlocal shown
        shown += 1
        job.report.about(line.host if several else "")
        text = line.shown(named=wanted.process is None)
        job.report.result(journal.EVENT, line.fields(), text)
        job.report.about("")

    lines: Lines = SimpleQueue()
    with _read_by(list(_readers(hosts, units, wanted, lines))) as readers:
        if wanted.follow:
            _show_as_they_come(
                lines, len(readers), show, partial(_warn, job, set()) if several else None
            )
        else:
            _show_last(lines, len(readers), wanted.number, show)
    _raise(readers, job.target_name)
    if not shown:
        job.report.warn(wanted.nothing)


def _readers(
    hosts: Sequence[Job], units: Sequence[str], wanted: Wanted, lines: Lines
) -> Iterator[LogReader]:
    """Of each host one for the journal, and one for log files if they are wanted."""
    for host in hosts:
        address = str(host.target.address)
        since = _once(partial(_since, wanted, host))
        in_journal = partial(journal.parse, config=host.config, host=address)
        yield LogReader(host, partial(_journal, units, wanted, since), in_journal, lines)
        if files := journal.files(host.config.app.name, wanted.process):
            in_files = partial(
                journal.parse_file, host=address, process=wanted.process or journal.NGINX
            )
            yield LogReader(host, partial(_files, files, wanted, since), in_files, lines)


def _journal(units: Sequence[str], wanted: Wanted, since: _Since) -> str:
    return shlex.join(commands.read(units, since=since(), **_choice(wanted)))


def _files(files: Sequence[PurePosixPath], wanted: Wanted, since: _Since) -> str:
    return on_host.bare_line(nginx_logs.read(files, since=since(), **_choice(wanted)))


def _choice(wanted: Wanted) -> Any:
    return {"lines": wanted.number, "follow": wanted.follow, "grep": wanted.grep}


def _since(wanted: Wanted, host: Job) -> datetime | None:
    since = audit.last_deploy(host) if wanted.since == DEPLOY else wanted.since
    assert not isinstance(since, str)  # noqa: S101 - DEPLOY is the only word
    return since


def _once(find: _Since) -> _Since:
    """Finds it at the first call: several threads may ask, and a host is to be asked once."""
    lock, found = Lock(), list[datetime | None]()

    def get() -> datetime | None:
        with lock:
            if not found:
                found.append(find())
            return found[0]

    return get


@contextmanager
def _read_by(readers: Sequence[LogReader]) -> Iterator[Sequence[LogReader]]:
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


def _show_last(lines: Lines, readers: int, number: int | None, show: _Show) -> None:
    found: list[LogLine] = []
    while readers:
        line = lines.get()
        if isinstance(line, LogReader):
            readers -= 1
        else:
            found.append(line)
    # Of one log its own order, which is that of arrival.
    found.sort(key=lambda line: line.time)
    for line in found[0 if number is None else max(len(found) - number, 0) :]:
        show(line)


def _show_as_they_come(
    lines: Lines, readers: int, show: _Show, on_error: Callable[[LogReader], None] | None
) -> None:
    """on_error: called as soon as one of several hosts fails."""
    while readers:
        together = [lines.get(), *_more(lines)]
        ended = [one for one in together if isinstance(one, LogReader)]
        readers -= len(ended)
        found = [one for one in together if not isinstance(one, LogReader)]
        for line in sorted(found, key=lambda one: one.time):
            show(line)
        for one in ended:
            if one.error and on_error:
                on_error(one)


def _warn(job: Job, warned: set[str], reader: LogReader) -> None:
    """Once for each host, of which several logs are read."""
    if reader.error and reader.host not in warned:
        warned.add(reader.host)
        job.report.warn(f"{reader.error.summary}; the lines of the other hosts continue")


def _more(lines: Lines) -> Iterator[LogLine | LogReader]:
    """What arrives shortly after a line."""
    end = time.monotonic() + _TOGETHER
    with suppress(Empty):
        while (left := end - time.monotonic()) > 0:
            yield lines.get(timeout=left)


def _raise(readers: Sequence[LogReader], target: str) -> None:
    """Of each host the first error."""
    errors = dict[str, UnderstudyError]()
    for one in readers:
        if one.error:
            errors.setdefault(host_choice.shown(one.job.target), one.error)
    if errors and len({one.host for one in readers}) > 1:
        raise batches.not_looked_at(target, [Outcome(*one) for one in errors.items()])
    for error in errors.values():
        raise error
