"""Asks a host how its site is, and shows it. In a file of its own: it needs little of what a deploy needs."""

import shlex
from dataclasses import replace

from understudy.commands import backups, haproxy, nginx
from understudy.config.model import Config
from understudy.host import (
    certificates,
    facts_query,
    observed_site,
    readings,
    services,
    session,
    shown_status,
)
from understudy.host.facts import ObservedState
from understudy.host.readings import Readings
from understudy.host.site_status import Site, Status
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection


def status(job: Job, *, quiet: bool = False) -> Status:
    """Prints which release is live on the job's host, and what shows whether the site is well.

    quiet: of a site that is well, nothing.
    """
    query = facts_query.status_query(job.config.app.name, _words(job))
    with session.connected(job, needs=(), query=query) as (connection, observed):
        found = Status(_site(job, connection, observed), _readings(job, observed))
        if job.target.is_proxy:
            found = replace(found, now=_with_web_hosts(found.now, job, connection, observed))
        states = {} if job.target.is_proxy else found.now.services
        journals = tuple(services.journals(job, connection, states)) if states else ()
    shown_status.show(found, job.report, quiet=quiet, more=journals)
    return found


def _with_web_hosts(
    now: Readings, job: Job, connection: Connection, observed: ObservedState
) -> Readings:
    """Each as HAProxy sees it is a service: `ok`, or what is wrong with it; but not if a user drained it."""
    if not observed_site.is_proxy_set_up(job.config, observed):
        return replace(now, services={"HAProxy": readings.NOT_SET_UP})
    asked = haproxy.servers(Paths(job.config.root).haproxy_admin)
    done = connection.run(asked, user=job.config.app.name)
    if not done.ok:
        why = done.text.strip().splitlines()[-1:]
        return replace(now, services={"HAProxy": ": ".join(("does not answer", *why))})
    found = haproxy.parse(done.output)
    out = {one.address: one.mark for one in found if one.is_taken_out and one.mark}
    services = {f"web host {one.address}": one.state for one in found if one.address not in out}
    return replace(now, services=services, drained_hosts=out)


def words(config: Config) -> tuple[str, ...]:
    """What facts_query.status_query() needs to ask for the database and the services of a site."""
    app = config.app
    # The file of SQLite needs no server to answer.
    database = () if app.database == "sqlite" else backups.reach(app, Paths(config.root).backups)
    return (shlex.join(database), *services.words(config))


def _words(job: Job) -> tuple[str, ...]:
    """Where only the database or a proxy is, there is no service of the site."""
    found = words(job.config)
    if _has_releases(job):
        return found
    return (found[0] if "database" in job.target.roles else "",)


def _readings(job: Job, observed: ObservedState) -> Readings:
    """With all that the host has of the site, whether it has named it or not."""
    config = job.config
    found = readings.parse(observed.now, config.app.name)
    has_server = config.app.database != "sqlite" and "proxy" not in job.target.roles
    return replace(
        found,
        services=services.with_all(config, found.services) if _has_releases(job) else {},
        database=found.database or (services.UNKNOWN if has_server else ""),
    )


def _has_releases(job: Job) -> bool:
    return "web" in job.target.roles or "worker" in job.target.roles


def _site(job: Job, connection: Connection, observed: ObservedState) -> Site:
    site = observed_site.of(job.config, job.target_name, job.target, observed)
    unserved = _unserved(job, connection, observed) if site.certificate else ""
    if not site.certificate or not unserved:
        return site
    return replace(site, certificate=replace(site.certificate, ok=False, text=unserved))


def _unserved(job: Job, connection: Connection, observed: ObservedState) -> str:
    name, target = job.config.app.name, job.target
    found, files = (
        observed_site.found_certificate(name, target, observed),
        target.certificate_of(name),
    )
    if found is None or files is None:
        return ""
    done = connection.run(nginx.served_certificate(target.domain, files.chain))
    return certificates.describe_unserved(found, done.output)
