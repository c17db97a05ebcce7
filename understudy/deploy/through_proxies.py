"""A release goes live on web hosts while requests are sent through the proxies: where visitors come in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from understudy.config import host_choice
from understudy.deploy import under_load
from understudy.errors import StepFailed
from understudy.host import all_hosts, session
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import SshConnection
from understudy.traffic.client import Client, Endpoint
from understudy.traffic.prober import Prober
from understudy.traffic.samples import Kind, Outcome, Sample, Summary, as_json

# Kinds of which each answer names its release, unless the app cannot.
_OF_THE_APP = {Kind.PAGE, Kind.KEPT, Kind.POST}


@dataclass(frozen=True)
class _Probed:
    """A proxy and what sends requests through it. began: when that began to send."""

    proxy: Job
    prober: Prober
    began: datetime


@contextmanager
def through_proxies(
    job: Job, hosts: Sequence[Job], release: Callable[[], str], switched: Mapping[str, datetime]
) -> Iterator[None]:
    """Sends requests through each proxy of the target until the end of the block, and reports them.

    hosts: those that change. release: the id of the one that goes live, asked at the end. switched: when each
    host has switched. Raises StepFailed if a request was lost.
    """
    proxies = all_hosts.proxies(job)
    web = next((host for host in hosts if host.target.is_web), None)
    if not proxies or web is None:
        yield
        return
    static, obstacle = _static_or_obstacle(web)
    with ExitStack() as stack:
        probed = [one for proxy in proxies if (one := _started(stack, proxy, static, obstacle))]
        yield
        lost = [_report(one, release(), switched) for one in probed]
    for failure in filter(None, lost):
        raise failure


def _static_or_obstacle(web: Job) -> tuple[tuple[str, ...], str]:
    """Static files of the live release, and why visitors get no page now, "" if they do."""
    with session.connected(web) as (connection, observed):
        if observed.current not in observed.running:
            return (), "no release is live yet"
        if observed.maintenance or web.config.app.maintenance == "migrations":
            return (), "visitors get the maintenance page"
        app, paths = web.config.app, Paths(web.config.root)
        return under_load.static_files(connection, app, paths), ""


def _started(
    stack: ExitStack, proxy: Job, static: tuple[str, ...], obstacle: str
) -> _Probed | None:
    """None, with a line that says why, if visitors get no page there."""
    connection = SshConnection(proxy.target, proxy.config.host.deployer)
    stack.enter_context(connection)
    endpoint, prober = stack.enter_context(under_load.site_and_prober(proxy, connection, static))
    obstacle = obstacle or ("" if _answers(endpoint, proxy) else "it does not answer yet")
    if obstacle:
        proxy.report.say(f"{obstacle}: no traffic is sent through this proxy")
        return None
    began = datetime.now(UTC)
    stack.enter_context(prober)
    return _Probed(proxy, prober, began)


def _answers(endpoint: Endpoint, proxy: Job) -> bool:
    client = Client(endpoint, proxy.target.domain, timeout=10)
    with suppress(Exception):
        answer = client.request(Kind.PAGE, proxy.config.app.health_path)
        # A proxy that is new has no site yet, and nginx answers by itself.
        return bool(answer.release) or answer.status < 400
    return False


def _report(one: _Probed, release: str, switched: Mapping[str, datetime]) -> StepFailed | None:
    one.prober.stop()
    last = max(switched.values(), default=None)
    at = (last - one.began).total_seconds() if last else None
    samples = judged(one.prober.samples, release, at)
    summary, proxy = Summary.of(samples), one.proxy
    probe = as_json(release, summary, samples, at)
    proxy.report.attach("probes", [{**probe, "host": proxy.address, "proxy": True}])
    proxy.report.say(f"requests of visitors, through this proxy:\n{summary.text()}")
    if not summary.failures:
        return None
    name = host_choice.shown(proxy.target)
    return StepFailed(
        f"{summary.failures} of {summary.sent} requests through {name} were lost while {release} went live on "
        f"{proxy.target_name}",
        details=summary.text(),
        hint=f"python deploy.py logs --target {proxy.target_name} shows what the hosts logged at that time.",
    )


def judged(samples: Sequence[Sample], release: str, at: float | None) -> Sequence[Sample]:
    """Those that began after the last host had switched, and that an earlier release answered, are lost.

    at: seconds from the begin to that switch, None without one.
    """
    return [
        replace(one, outcome=Outcome.STALE)
        if at is not None
        and one.at > at
        and one.kind in _OF_THE_APP
        and one.outcome is Outcome.OK
        and one.release not in ("", release)
        else one
        for one in samples
    ]
