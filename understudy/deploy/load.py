"""Whether a release goes live under traffic. What sends traffic takes long to import."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime

from understudy.deploy.desired import DesiredState
from understudy.deploy.going_live import GoingLive
from understudy.host.actions import Action
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.ssh.connection import SshConnection

# To be called after each action, with what the action printed.
OnApplied = Callable[[Action, str], None]
Load = Callable[
    [Job, SshConnection, DesiredState, ObservedState, GoingLive], AbstractContextManager[OnApplied]
]


def load(*, probe: bool) -> Load:
    """probe: whether requests are sent."""
    if not probe:
        return without_load
    from understudy.deploy.under_load import under_load

    return under_load


def visitors(
    job: Job,
    hosts: Sequence[Job],
    release: Callable[[], str],
    switched: Mapping[str, datetime],
    *,
    probe: bool,
) -> AbstractContextManager[None]:
    """As through_proxies(), if requests are sent."""
    if not (probe and job.config.target(job.target_name).proxies()):
        return nullcontext()
    from understudy.deploy.through_proxies import through_proxies

    return through_proxies(job, hosts, release, switched)


@contextmanager
def without_load(
    job: Job,
    connection: SshConnection,
    desired: DesiredState,
    observed: ObservedState,
    going: GoingLive,
) -> Iterator[OnApplied]:
    yield going.note
