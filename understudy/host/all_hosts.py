"""The hosts of a target: looked at all at once, changed a few at a time. An only one takes no detour."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import TypeVar

from understudy.errors import UnderstudyError
from understudy.host import batches
from understudy.host.batches import Outcome
from understudy.host.host_report import HostReport, Telling, under_its_name
from understudy.job import Job

# Each takes a thread and a connection here.
AT_ONCE = 16

Answer = TypeVar("Answer")


def jobs(job: Job) -> tuple[Job, ...]:
    """A job for each host of the target, or for the one that is chosen. Without an address: the only one."""
    hosts = job.config.hosts(job.target_name, job.address)
    if len(job.config.hosts(job.target_name)) == 1:
        return (replace(job, address=None),)
    turn = Lock()
    return tuple(
        replace(job, address=host.address, report=under_its_name(job.report, host.address, turn))
        for host in hosts
    )


def one(job: Job) -> Job:
    """The job for the only host, or for the one that is chosen. Raises ConfigError if that is open."""
    job.config.one_host(job.target_name, job.address)
    return jobs(job)[0]


def look(hosts: Sequence[Job], work: Callable[[Job], Answer]) -> list[Answer]:
    """Does on all hosts at once what changes nothing. Raises, when all have been told, if one failed."""
    if _is_alone(hosts):
        return [work(hosts[0])]
    answers = list(_told_in_order(hosts, work))
    failed = [
        Outcome(str(host.address), answer)
        for host, answer in zip(hosts, answers, strict=True)
        if isinstance(answer, UnderstudyError)
    ]
    if failed:
        raise batches.not_looked_at(hosts[0].target_name, failed)
    return [answer for answer in answers if not isinstance(answer, UnderstudyError)]


def _told_in_order(
    hosts: Sequence[Job], work: Callable[[Job], Answer]
) -> Iterator[Answer | UnderstudyError]:
    """What came of each host. What it tells is kept until those before it have told all."""
    kept = [list[Telling]() for _ in hosts]
    quiet = [
        replace(host, report=HostReport(tellings.append))
        for host, tellings in zip(hosts, kept, strict=True)
    ]
    for host, tellings, answer in zip(hosts, kept, _at_once(quiet, work), strict=True):
        for telling in tellings:
            telling(host.report)
        yield answer


def roll(hosts: Sequence[Job], work: Callable[[Job], object]) -> None:
    """Changes the hosts in batches of `max_unavailable`. Raises after the first in which one fails."""
    _roll(hosts, work, hosts[0].target.max_unavailable)


def in_turn(hosts: Sequence[Job], work: Callable[[Job], object]) -> None:
    """One host after another. Raises at the first that fails."""
    _roll(hosts, work, 1)


def _roll(hosts: Sequence[Job], work: Callable[[Job], object], size: int) -> None:
    if _is_alone(hosts):
        work(hosts[0])
        return
    outcomes: list[Outcome] = []
    for batch in batches.batches(hosts, size):
        for host, answer in zip(batch, _at_once(batch, work), strict=True):
            error = answer if isinstance(answer, UnderstudyError) else None
            outcomes.append(Outcome(str(host.address), error))
        if any(outcome.error for outcome in outcomes):
            not_begun = [str(host.address) for host in hosts[len(outcomes) :]]
            raise batches.stopped(hosts[0].target_name, outcomes, not_begun)


def _is_alone(hosts: Sequence[Job]) -> bool:
    return hosts[0].address is None


def _at_once(
    hosts: Sequence[Job], work: Callable[[Job], Answer]
) -> Iterator[Answer | UnderstudyError]:
    """What came of each host, in their order.

    Not by Fabric's ThreadingGroup: it runs one command on all of its connections, with a thread for
    each. Here a host takes many commands, each made from its own facts.
    """
    if len(hosts) == 1:
        yield _tried(work, hosts[0])
        return
    with _threads() as pool:
        for future in [pool.submit(_tried, work, host) for host in hosts]:
            yield future.result()


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """After Ctrl-C no more hosts are begun; those under way are not left in the midst of a step."""
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="host")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _tried(work: Callable[[Job], Answer], host: Job) -> Answer | UnderstudyError:
    try:
        return work(host)
    except UnderstudyError as error:
        return error
