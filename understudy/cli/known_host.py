"""The host that deploy.yml led to last time: it is connected to before anything else is imported or read."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import understudy
from understudy.commands import Argv
from understudy.host import facts_query, last_look
from understudy.host.last_look import LastLook
from understudy.local.digests import digest, installed, states
from understudy.local.left_out import left_out
from understudy.paths import Project
from understudy.release import source_state
from understudy.ssh import endpoint
from understudy.ssh.dial import Dial

if TYPE_CHECKING:
    from understudy.config.target import TargetConfig
    from understudy.job import Job
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
        self._verb = options.verb
        self.early = _connect(self.last, options.verb) if self.last else None

    def approach(self, job: "Job") -> "Job":
        """The job, with a connection that begins now unless it has one. None to several hosts."""
        hosts = job.config.hosts(job.target_name, job.address)
        if job.early or len(hosts) > 1 or not hosts[0].address:
            return job
        self.close()
        self.early = _connect(self.look_at(job, hosts[0]), self._verb)
        return replace(job, early=self.early)

    def look_at(self, job: "Job", host: "TargetConfig") -> LastLook:
        """What there is to know of a job's host, with nothing found there yet."""
        from understudy.host import status

        return LastLook(
            settings=self.settings,
            endpoint=endpoint.of(host),
            deployer=job.config.host.deployer,
            site=job.config.app.name,
            source=_directory(job),
            revision=job.config.app.revision,
            words=status.words(job.config),
        )

    def close(self) -> None:
        """Of a connection that no one took."""
        if self.early:
            self.early.__exit__(None, None, None)

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
    with closing(KnownHost(options, project)) as known:
        yield known


def _directory(job: "Job") -> str:
    """The app's, as in LastLook. Not resolved: a link in it may lead elsewhere later."""
    app = job.config.app
    if source_state.is_url(app.source):
        return ""
    return str(job.directory / app.source / app.subdirectory)


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
