"""Several hosts are taken in batches; the error if one of them fails. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from understudy.errors import NoConnection, Stopped, UnderstudyError, WouldChange
from understudy.local.numbers import number_of

Item = TypeVar("Item")


@dataclass(frozen=True)
class Outcome:
    """How the work on a host ended. error: why it failed, None if it is done."""

    host: str
    error: UnderstudyError | None = None


def batches(
    items: Sequence[Item], size: int, *, first_alone: bool = False
) -> Iterator[Sequence[Item]]:
    """The items in their order, `size` at a time."""
    begin = 1 if first_alone else 0
    yield from (items[:begin],) if begin else ()
    yield from (items[start : start + size] for start in range(begin, len(items), size))


def summary(target: str, hosts: int, changed: int, proxies: int = 0) -> str:
    """The line after those of the hosts. hosts: all of which a deploy changes, the proxies among them."""
    among = f" ({proxies} {'proxies' if proxies > 1 else 'proxy'})" if proxies else ""
    if not changed:
        return f"{target}: {number_of(hosts, 'host')}{among}, no change"
    return f"{target}: {changed} of {number_of(hosts, 'host')}{among} changed"


def not_looked_at(target: str, failed: Sequence[Outcome]) -> UnderstudyError:
    """The error to raise if a look at all hosts failed on these."""
    return _error(f"{target}: {_failed(failed)}; nothing was changed", failed)


def stopped(target: str, outcomes: Sequence[Outcome], not_begun: Sequence[str]) -> UnderstudyError:
    """The error to raise if a host failed in a batch. not_begun: the hosts of later batches."""
    left = f"; {len(not_begun)} not begun" if not_begun else ""
    lines = [f"{host}: not begun" for host in not_begun]
    return _error(f"{target}: {_failed(outcomes)}{left}", outcomes, lines)


def _failed(outcomes: Sequence[Outcome]) -> str:
    failures = _failures(outcomes)
    how = (
        "would change" if all(isinstance(one.error, WouldChange) for one in failures) else "failed"
    )
    return f"{', '.join(outcome.host for outcome in failures)} {how}"


def _failures(outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """Those that were only stopped are not meant, unless all were, nor are differences that a check found."""
    failed = [outcome for outcome in outcomes if outcome.error]
    real = [one for one in failed if not isinstance(one.error, Stopped | WouldChange)]
    return real or [one for one in failed if isinstance(one.error, WouldChange)] or failed


def _error(summary: str, outcomes: Sequence[Outcome], more: Sequence[str] = ()) -> UnderstudyError:
    """Of the kind of the first failure, whose exit code it has."""
    first = next(outcome.error for outcome in _failures(outcomes) if outcome.error)
    details = [line for outcome in outcomes for line in _lines(outcome, first.hint)]
    error = type(first)(
        summary, "\n".join((*details, *more)), first.hint, first.cause, of_host=first
    )
    if isinstance(error, NoConnection) and isinstance(first, NoConnection):
        error.address = first.address
    return error


def _lines(outcome: Outcome, hint: str) -> Iterator[str]:
    """hint: the one that is shown below all. A host's own may name that host."""
    if outcome.error is None:
        yield f"{outcome.host}: done"
        return
    yield f"{outcome.host}: {_how(outcome.error)}{outcome.error.summary}"
    yield from (f"  {line}" for line in outcome.error.details.splitlines())
    if not isinstance(outcome.error, Stopped) and outcome.error.hint not in ("", hint):
        yield f"  {outcome.error.hint}"


def _how(error: UnderstudyError) -> str:
    if isinstance(error, WouldChange):
        return ""
    return "stopped: " if isinstance(error, Stopped) else "failed: "
