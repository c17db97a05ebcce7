"""The hooks around a deploy or a rollback: those of this machine once, those of hosts under the host's lock."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from understudy.hooks import run
from understudy.hooks.event import Event
from understudy.host import late_entry
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Manifest
from understudy.ssh.connection import Connection


@contextmanager
def hooked(
    job: Job, hosts: Sequence[Job], verb: str, commit: str = "", release: str = ""
) -> Iterator[list[Manifest]]:
    """Runs those before the block, and those after it if the block has made a release live.

    hosts: of the target, those that change. verb: deploy or rollback. commit, release: what goes live, if that
    is known. The block adds each release that it has made live on a host to the list. Raises HookFailed if a
    fatal hook fails; the audit logs of the hosts have that, too, and a Ctrl-C meanwhile.
    """
    began = time.monotonic()
    with late_entry.noted(hosts, AuditEntry(verb, release, commit)):
        run.here(job, Event(f"before_{verb}", commit, release))
    live: list[Manifest] = []
    yield live
    if live:
        after = Event(f"after_{verb}", live[0].commit, live[0].id, seconds=time.monotonic() - began)
        with late_entry.noted(hosts, AuditEntry(verb, live[0].id, live[0].commit)):
            run.here(job, after)


@contextmanager
def hooked_host(
    job: Job, connection: Connection, observed: ObservedState, verb: str, release: Manifest
) -> Iterator[list[Manifest]]:
    """As hooked(), with the hooks of one host, which run in the release that is live there. Without one
    those before the block are left out. release: what is to go live.
    """
    began = time.monotonic()
    before = Event(f"before_{verb}", release.commit, release.id)
    run.on_host(job, connection, before, has_release=bool(observed.current))
    live: list[Manifest] = []
    yield live
    for one in live:
        job.report.attach("live", {job.target.address: {"release": one.id, "commit": one.commit}})
        seconds = time.monotonic() - began
        run.on_host(job, connection, Event(f"after_{verb}", one.commit, one.id, seconds=seconds))


def runs_here(job: Job, verb: str) -> bool:
    """Whether a hook of this machine comes before it: then all hosts are looked at first, also a single one."""
    return bool(run.of_here(job, Event(f"before_{verb}")))
