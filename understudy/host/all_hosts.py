"""The hosts of a target: looked at all at once, changed in batches. A single host needs none of this."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import TypeVar

from understudy.config import host_choice, roles, topology
from understudy.config.host_choice import Choice
from understudy.config.target import TargetConfig
from understudy.errors import UnderstudyError
from understudy.host import batches
from understudy.host.batches import Outcome
from understudy.host.gates import Gate, Gates
from understudy.host.host_report import report_for_host
from understudy.job import Job
from understudy.report.forwarding import Call, ForwardingReport

# Each host takes a thread and a connection here, about 1 MiB, and mostly waits for the host.
AT_ONCE = 64

Answer = TypeVar("Answer")


def jobs(job: Job) -> tuple[Job, ...]:
    """A job for each host of the target, or for the one that is chosen; without an address for a single
    host. Raises ConfigError if the target has no such host.
    """
    hosts = job.config.hosts(job.target_name, job.address)
    if hosts == job.config.hosts(job.target_name) and len(hosts) == 1:
        return (replace(job, address=None),)
    return _each(job, hosts)


def with_site(job: Job) -> tuple[Job, ...]:
    """As jobs(); () if a host is chosen that has no release."""
    chosen = topology.of_host(job.config.target(job.target_name).host_list, job.address or "")
    return () if chosen and not chosen.has_site else jobs(job)


def machines(job: Job) -> tuple[Job, ...]:
    """As jobs(), for all hosts of the target, also those without the site: first that with the database, and
    last the proxies.
    """
    target = job.config.target(job.target_name)
    alone = [one for one in target.host_list if not one.has_site]
    if not alone:
        return jobs(job)
    behind = [target.at(one.address) for one in alone if not one.is_proxy]
    hosts = (*behind, *target.hosts(), *target.proxies())
    return _each(job, [host for host in hosts if job.address in (None, host.address)])


def proxies(job: Job) -> tuple[Job, ...]:
    """A job for each host of the target that passes requests on, or for the one that is chosen."""
    found = job.config.target(job.target_name).proxies()
    chosen = [host for host in found if job.address in (None, host.address)]
    return _each(job, chosen) if chosen else ()


def _each(job: Job, hosts: Sequence[TargetConfig]) -> tuple[Job, ...]:
    turn = Lock()
    job.report.hosts({host.address: host_choice.shown(host) for host in hosts})
    return tuple(
        replace(
            job,
            address=host.address,
            config=(config := roles.of_host(job.config, host)),
            whole=None if config is job.config else job.config,
            report=report_for_host(job.report, host.address, turn),
        )
        for host in hosts
    )


def one(job: Job, choice: Choice = host_choice.APP) -> Job:
    """The job for the single host, or for the one that is chosen. Raises ConfigError if there are several
    for that choice and none is chosen, or another one.
    """
    target = job.config.target(job.target_name)
    address = host_choice.one(job.target_name, target, job.address, choice)
    job.config.one_host(job.target_name, address)
    return jobs(replace(job, address=address))[0]


def with_data(job: Job) -> Job:
    """The job for a host that can read the target's data: as one(), the first of those that share it."""
    several = topology.has_several_sites(job.config.target(job.target_name).host_list)
    return jobs(job)[0] if several else one(job)


def look(hosts: Sequence[Job], work: Callable[[Job], Answer]) -> list[Answer]:
    """Does on all hosts at once what changes nothing. Returns the answers in the order of the hosts.

    Waits for all hosts even if one fails, then raises an error of the first failure's kind.
    """
    if _is_single(hosts):
        return [work(hosts[0])]
    with _equal_warnings_once(hosts):
        answers = list(_in_order(hosts, work))
    failed = [
        Outcome(host_choice.shown(host.target), answer)
        for host, answer in zip(hosts, answers, strict=True)
        if isinstance(answer, UnderstudyError)
    ]
    if failed:
        raise batches.not_looked_at(hosts[0].target_name, failed)
    return [answer for answer in answers if not isinstance(answer, UnderstudyError)]


def roll(hosts: Sequence[Job], work: Callable[[Job], object]) -> None:
    """Changes the hosts in batches of `max_unavailable`; where they share their data, the first alone before
    the others: all depend on it. Raises after the first batch with a failure.
    """
    target = hosts[0].target
    _roll(hosts, work, target.max_unavailable, first_alone=bool(target.host_list))


def together(hosts: Sequence[Job], work: Callable[[Job, Gate | None], object]) -> None:
    """Changes all hosts at once, so that they wait for each other at the points of their plans; in batches
    where each has its own data: those have no gate. Raises once all have ended, if one has failed.
    """
    if _is_single(hosts) or not hosts[0].target.host_list:
        roll(hosts, lambda host: work(host, None))
        return
    answers = _meeting(hosts, work)
    outcomes = [_outcome(host, answer) for host, answer in zip(hosts, answers, strict=True)]
    if any(outcome.error for outcome in outcomes):
        raise batches.stopped(hosts[0].target_name, outcomes, ())


def to_the_last(hosts: Sequence[Job], work: Callable[[Job], object]) -> None:
    """Looks at one host after another. Raises once all have ended, if one has failed."""
    if _is_single(hosts):
        work(hosts[0])
        return
    with _equal_warnings_once(hosts):
        outcomes = [_outcome(host, _answer_or_error(work, host)) for host in hosts]
    if any(outcome.error for outcome in outcomes):
        raise batches.stopped(hosts[0].target_name, outcomes, ())


def in_turn(hosts: Sequence[Job], work: Callable[[Job], object]) -> None:
    """Changes one host after another. Raises at the first that fails."""
    _roll(hosts, work, 1)


def _is_single(hosts: Sequence[Job]) -> bool:
    return hosts[0].address is None


def _in_order(
    hosts: Sequence[Job], work: Callable[[Job], Answer]
) -> Iterator[Answer | UnderstudyError]:
    """Works on all hosts at once, and reports host by host: what a host reports waits for those before it."""
    kept = [list[Call]() for _ in hosts]
    quiet = [
        replace(host, report=ForwardingReport(calls.append))
        for host, calls in zip(hosts, kept, strict=True)
    ]
    for host, calls, answer in zip(hosts, kept, _at_once(quiet, work), strict=True):
        for call in calls:
            call(host.report)
        yield answer


def _roll(
    hosts: Sequence[Job], work: Callable[[Job], object], size: int, *, first_alone: bool = False
) -> None:
    if _is_single(hosts):
        work(hosts[0])
        return
    outcomes: list[Outcome] = []
    with _equal_warnings_once(hosts):
        for batch in batches.batches(hosts, size, first_alone=first_alone):
            answers = _at_once(batch, work)
            outcomes += [
                _outcome(host, answer) for host, answer in zip(batch, answers, strict=True)
            ]
            if any(outcome.error for outcome in outcomes):
                not_begun = [host_choice.shown(host.target) for host in hosts[len(outcomes) :]]
                raise batches.stopped(hosts[0].target_name, outcomes, not_begun)


def _at_once(
    hosts: Sequence[Job], work: Callable[[Job], Answer]
) -> Iterator[Answer | UnderstudyError]:
    """The answer or error of each host, in their order.

    Fabric's ThreadingGroup would run one command on all connections. Here each host takes many commands,
    which follow from its own facts.
    """
    if len(hosts) == 1:
        yield _answer_or_error(work, hosts[0])
        return
    with _threads() as pool:
        for future in [pool.submit(_answer_or_error, work, host) for host in hosts]:
            yield future.result()


def _meeting(
    hosts: Sequence[Job], work: Callable[[Job, Gate | None], Answer]
) -> Sequence[Answer | UnderstudyError]:
    gates = Gates(host_choice.shown(host.target) for host in hosts)

    def take_part(host: Job) -> Answer:
        with gates.taking_part(host_choice.shown(host.target)) as gate:
            return work(host, gate if len(hosts) > 1 else None)

    # A host without a thread would be waited for.
    with _equal_warnings_once(hosts), _threads(len(hosts)) as pool:
        try:
            under_way = [pool.submit(_answer_or_error, take_part, host) for host in hosts]
            return [one.result() for one in under_way]
        except KeyboardInterrupt:
            gates.fail("interrupted")
            raise


@contextmanager
def _equal_warnings_once(hosts: Sequence[Job]) -> Iterator[None]:
    """Those that are equal on several hosts are shown together: at the end, or once all have given them."""
    report = hosts[0].report
    report.together(len(hosts))
    try:
        yield
    finally:
        report.together(0)


def _outcome(host: Job, answer: object) -> Outcome:
    return Outcome(
        host_choice.shown(host.target), answer if isinstance(answer, UnderstudyError) else None
    )


@contextmanager
def _threads(count: int = AT_ONCE) -> Iterator[ThreadPoolExecutor]:
    """After Ctrl-C no further host is begun, and a host under way finishes its step."""
    pool = ThreadPoolExecutor(count, thread_name_prefix="host")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _answer_or_error(work: Callable[[Job], Answer], host: Job) -> Answer | UnderstudyError:
    try:
        return work(host)
    except UnderstudyError as error:
        return error
