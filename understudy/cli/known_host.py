"""The host that deploy.yml led to last time: it is connected to before anything else is imported or read."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import understudy
from understudy.commands import Argv
from understudy.host import facts_query, last_look
from understudy.host.last_look import LastLook
from understudy.local.digests import digest, installed, states
from understudy.local.left_out import left_out
from understudy.paths import Project
from understudy.ssh.dial import Dial

if TYPE_CHECKING:
    from understudy.ssh.early import EarlyConnection


class KnownHost:
    """Of the target of the options. file: where the next look finds it. settings: a digest of what decides
    which host it is. last: what the last look found, if the settings were the same; early: a connection, then.
    """

    def __init__(self, options: argparse.Namespace, project: Project) -> None:
        self._project = project
        self._whose = (project.config_file.absolute(), options.target, options.host)
        self.file = project.known / f"{digest(self._whose)[:16]}.json"
        self.settings = self._digest()
        last = last_look.load(self.file)
        self.last = last if last and last.settings == self.settings else None
        self.early = _connect(self.last, options.verb) if self.last else None

    def is_current(self) -> bool:
        """Whether the settings are still those: a file may have changed after it was read."""
        return bool(self.settings) and self.settings == self._digest()

    def _digest(self) -> str:
        """Of the settings; "" if a file can't be read."""
        try:
            return digest((*self._whose, *_settings(self._project)))
        except OSError:
            return ""


@contextmanager
def approached(options: argparse.Namespace, project: Project) -> Iterator[KnownHost]:
    """Begins to connect, if the host is known. The connection ends with the block unless it is taken."""
    known = KnownHost(options, project)
    with ExitStack() as stack:
        if known.early:
            stack.enter_context(known.early)
        yield known


def _connect(last: LastLook, verb: str) -> "EarlyConnection":
    dial = Dial(last.endpoint.address, last.endpoint.port)
    return early_class()(last.endpoint, last.deployer, _query(last, verb), dial)


def early_class() -> "type[EarlyConnection]":
    """Imports it."""
    # It takes half as long as all of Paramiko, which uses it for one keyword of ~/.ssh/config: see login.py.
    with left_out("invoke"):
        from understudy.ssh.early import EarlyConnection
    return EarlyConnection


def _query(last: LastLook, verb: str) -> Argv:
    if verb == "status":
        return facts_query.status_query(last.site, last.words)
    return facts_query.query(last.site)


def _settings(project: Project) -> Iterator[object]:
    """What decides how deploy.yml is read: its text, the VM's address, and the code with its libraries."""
    for file in (project.config_file, *sorted(project.state.glob("vm/*/network.json"))):
        yield from (file, file.read_bytes())
    # Where ~ in a path leads.
    yield os.environ.get("HOME")
    yield sys.version
    yield from installed(sys.path)
    yield from states(Path(understudy.__file__).parent)
