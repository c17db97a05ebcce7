"""The host that deploy.yml led to last time: it is connected to before anything else is imported or read."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import understudy
from understudy.host import facts, last_look
from understudy.host.last_look import LastLook
from understudy.local.digests import digest, states
from understudy.paths import Project
from understudy.ssh.dial import Dial

if TYPE_CHECKING:
    from understudy.ssh.early import EarlyConnection


class KnownHost:
    """Of the target of the options. file: where the next look finds it. settings: a digest of what decides
    which host it is. last: what the last look found, if settings were the same; early: a connection, then.
    """

    def __init__(self, options: argparse.Namespace, project: Project) -> None:
        whose = (project.config_file.absolute(), options.target, options.host)
        self.file = project.known / f"{digest(whose)[:16]}.json"
        self.settings = digest((*whose, *_settings(project)))
        last = last_look.load(self.file)
        self.last = last if last and last.settings == self.settings else None
        self.early = _connect(self.last) if self.last else None


@contextmanager
def approached(options: argparse.Namespace, project: Project) -> Iterator[KnownHost]:
    """Begins to connect, if the host is known. The connection ends with the block unless it is taken."""
    known = KnownHost(options, project)
    with ExitStack() as stack:
        if known.early:
            stack.enter_context(known.early)
        yield known


def _connect(last: LastLook) -> "EarlyConnection":
    dial = Dial(last.endpoint.address, last.endpoint.port)
    from understudy.ssh.early import EarlyConnection

    return EarlyConnection(last.endpoint, last.deployer, facts.query(last.site), dial)


def _settings(project: Project) -> Iterator[object]:
    """What decides how deploy.yml is read: its text, the VM's address, and the code."""
    for file in (project.config_file, *sorted(project.state.glob("vm/*/network.json"))):
        # What is missing or can't be read is reported by what needs it.
        with suppress(OSError):
            yield from (file, file.read_bytes())
    # Where ~ in a path leads.
    yield os.environ.get("HOME")
    yield sys.version
    yield from states(Path(understudy.__file__).parent)
