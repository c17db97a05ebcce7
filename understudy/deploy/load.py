"""Whether a release goes live under traffic. What sends traffic takes long to import."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

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


@contextmanager
def without_load(
    job: Job,
    connection: SshConnection,
    desired: DesiredState,
    observed: ObservedState,
    going: GoingLive,
) -> Iterator[OnApplied]:
    yield going.note
