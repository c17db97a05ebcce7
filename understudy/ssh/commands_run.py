"""Each command that runs on a host is a record of Python's logging, for whom it may concern."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from understudy.commands import Argv
from understudy.commands.in_one_line import in_one_line
from understudy.local.numbers import number_of

_LOG = logging.getLogger(__name__)
# Of what a command has printed.
_FIRST_LINES, _LAST_LINES = 20, 20


def note(host: str, argv: Argv, printed: str, seconds: float, *, ok: bool) -> None:
    """A command has ended. Costs nothing if it is heard by none."""
    if _LOG.isEnabledFor(logging.DEBUG):
        _LOG.debug("%s", described(host, argv, printed, seconds, ok=ok))


@contextmanager
def heard_by(take: Callable[[str], None]) -> Iterator[None]:
    """Until the end of the block take gets a text of each command, which may have secrets in it."""
    handler, level = _Handler(take), _LOG.level
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        _LOG.setLevel(level)
        _LOG.removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, take: Callable[[str], None]) -> None:
        super().__init__()
        self._take = take

    def emit(self, record: logging.LogRecord) -> None:
        self._take(record.getMessage())


def described(host: str, argv: Argv, printed: str, seconds: float, *, ok: bool) -> str:
    """One line of the command, how long it took, and below it what it has printed. Pure."""
    end = "" if ok else ", failed"
    line = f"{host} $ {in_one_line(argv)}  {seconds:.2f} s{end}"
    return "\n".join((line, *(f"    {one}" for one in _few(printed))))


def _few(printed: str) -> list[str]:
    lines = printed.rstrip().splitlines()
    left_out = len(lines) - _FIRST_LINES - _LAST_LINES
    if left_out <= 0:
        return lines
    return [*lines[:_FIRST_LINES], f"… {number_of(left_out, 'line')} …", *lines[-_LAST_LINES:]]
