"""On which hosts of a target a process, a timer or a server runs, by their roles."""

from collections.abc import Iterable, Sequence

from understudy.commands.units import WEB
from understudy.config import host_choice, roles
from understudy.config.model import Config
from understudy.config.topology import TargetHost
from understudy.errors import ConfigError
from understudy.host import all_hosts, journal
from understudy.job import Job


def running(job: Job, names: Iterable[str]) -> tuple[Job, ...]:
    """A job for each host that runs one of these processes or timers; without --host those of all hosts.

    Raises ConfigError if none of the chosen hosts does.
    """
    hosts = all_hosts.jobs(job)
    own = _hosts(job)
    if not own:
        return hosts
    fits = [host for host in own if any(_runs(job, host, name) for name in names)]
    found = _among(hosts, fits)
    if not found:
        raise _elsewhere(job, own, fits, f"does not run {', '.join(sorted(names))}")
    return found


def with_timers(job: Job) -> tuple[Job, ...]:
    """A job for each host with timers by its roles; all hosts if none has any. Raises ConfigError if the chosen
    host alone has none.
    """
    hosts, own = all_hosts.jobs(job), _hosts(job)
    fits = [host for host in own if host.has_site and _there(job, host).timers]
    found = _among(hosts, fits)
    if fits and not found:
        raise _elsewhere(job, own, fits, "has no timers")
    return found or hosts


def logs(job: Job, name: str | None) -> tuple[Job, ...]:
    """A job for each host with logs of that name of `logs -p`; None: of each with the app, or the chosen one.

    Raises ConfigError if the chosen host has none.
    """
    own = _hosts(job)
    if not own or name is None:
        return all_hosts.jobs(job)
    fits = [host for host in own if _logs(job, host, name)]
    if job.address and fits and job.address not in [host.address for host in fits]:
        raise _elsewhere(job, own, fits, f"has no logs of {name}")
    return _among(all_hosts.machines(job), fits) or all_hosts.jobs(job)


def default_log(job: Job) -> str | None:
    """What `logs` shows without a name: of a host with a database alone its server."""
    own = [host for host in _hosts(job) if host.address == job.address]
    is_database = any(host.roles == ("database",) for host in own)
    return job.config.app.database if is_database else None


def _hosts(job: Job) -> Sequence[TargetHost]:
    return job.config.target(job.target_name).host_list


def _among(jobs: Sequence[Job], fits: Sequence[TargetHost]) -> tuple[Job, ...]:
    addresses = {host.address for host in fits}
    return tuple(one for one in jobs if one.target.address in addresses)


def _runs(job: Job, host: TargetHost, name: str) -> bool:
    if name == WEB:
        return host.is_web
    there, whole = _there(job, host), job.whole or job.config
    if name in whole.processes or name in whole.timers:
        return host.has_site and (name in there.processes or name in there.timers)
    # The live release may have it, although deploy.yml has not.
    return host.has_site


def _logs(job: Job, host: TargetHost, name: str) -> bool:
    if name == journal.HAPROXY:
        return host.is_proxy
    if name == job.config.app.database:
        return "database" in host.roles
    if name == journal.NGINX:
        return host.is_web or host.is_proxy
    return _runs(job, host, name)


def _there(job: Job, host: TargetHost) -> Config:
    whole = job.whole or job.config
    return roles.of_host(whole, whole.target(job.target_name).at(host.address))


def _elsewhere(
    job: Job, own: Sequence[TargetHost], fits: Sequence[TargetHost], why: str
) -> ConfigError:
    chosen = host_choice.listed(host for host in own if host.address == job.address)
    where = f"Choose one with --host: {host_choice.listed(fits)}." if fits else ""
    return ConfigError(f"{job.target_name}: {chosen} {why}", hint=where)
