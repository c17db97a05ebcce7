"""An entry in the hosts' audit logs about what has failed here: a hook of this machine."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from understudy.errors import UnderstudyError
from understudy.host import session
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.local.background import Background
from understudy.ssh.connection import SshConnection

# For all hosts, to connect and to write. What failed is shown after it.
SECONDS = 15.0


@contextmanager
def noted(hosts: Sequence[Job], entry: AuditEntry) -> Iterator[None]:
    """If the block fails or is interrupted, each of these hosts gets an entry about that. A host that does not
    take it within SECONDS is a warning.
    """
    began = time.monotonic()
    try:
        yield
    except UnderstudyError as error:
        _write(hosts, entry, f"failed: {error.summary}", time.monotonic() - began)
        raise
    except KeyboardInterrupt:
        _write(hosts, entry, "interrupted", time.monotonic() - began)
        raise


def _write(hosts: Sequence[Job], entry: AuditEntry, outcome: str, seconds: float) -> None:
    begun = [
        (host, Background(partial(_write_one, host, entry, outcome, seconds))) for host in hosts
    ]
    deadline = time.monotonic() + SECONDS
    for host, writing in begun:
        why = ""
        try:
            writing.answer(max(0.0, deadline - time.monotonic()))
        except UnderstudyError as error:
            why = error.summary
        except TimeoutError:
            why = f"{host.target.address} does not answer within {SECONDS:.0f} s"
        if why:
            host.report.warn(f"the host's audit log could not be written: {why}")


def _write_one(job: Job, entry: AuditEntry, outcome: str, seconds: float) -> None:
    with SshConnection(job.target, job.config.host.deployer) as connection:
        session.record(connection, job, entry, outcome, seconds)
