"""A verb that found nothing to do prints the same again, as long as all that it reads is the same.

What it reads: this machine's files, git, and the host's facts. The host is asked each time, over a
connection that opens meanwhile. What is left out: to check deploy.yml, to render templates, to plan.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import understudy
from understudy.cli import reports
from understudy.errors import UnderstudyError
from understudy.host import facts, last_look
from understudy.host.last_look import Found, LastLook
from understudy.local.digests import contents, digest, states
from understudy.paths import Project
from understudy.release import source_state
from understudy.report.record import Record, Verdict
from understudy.report.recorder import Recorder

if TYPE_CHECKING:
    from understudy.job import Job
    from understudy.report.events import Report
    from understudy.ssh.early import EarlyConnection


@contextmanager
def begun(
    options: argparse.Namespace, project: Project, report: "Report", *, source: bool
) -> Iterator["Look"]:
    """A look at the target of the options, which ends with the block. source: whether the verb reads git."""
    look = Look(options, project, report, source=source)
    with ExitStack() as stack:
        if look.early:
            stack.enter_context(look.early)
        yield look


class Look:
    """One run of a verb. report: for the verb; it notes what is printed.

    early: a connection to the host, if deploy.yml is the one with which a look has succeeded before.
    """

    def __init__(
        self, options: argparse.Namespace, project: Project, report: "Report", *, source: bool
    ) -> None:
        self._verb, self._project, self._reads_source = options.verb, project, source
        self._is_written = isinstance(report, Recorder)
        self.report = (
            report
            if isinstance(report, Recorder)
            else reports.recorder(report, options.verb, options.target)
        )
        whose = (project.config_file.absolute(), options.target, options.host)
        self._file = project.known / f"{digest(whose)[:16]}.json"
        self._settings = digest((*whose, *_settings(project)))
        last = last_look.load(self._file)
        self._last = last if last and last.settings == self._settings else None
        self._inputs = ""
        self.early = _connect(self._last) if self._last else None

    def is_repeated(self) -> bool:
        """Whether all is as it was. Then what was printed is printed again, and nothing is left to do."""
        if self._last is None:
            return False
        self._inputs = self._digest(self._last)
        found = self._last.found.get(self._verb)
        if found is None or found.inputs != self._inputs:
            return False
        reports.prepare(self._project, written=self._is_written)
        if found.answer != self._answer():
            return False
        for line in found.lines:
            self.report.say(line)
        return True

    def keep(self, job: "Job") -> None:
        """Keeps what was found, for the next look. Nothing of a target with several hosts."""
        hosts = job.config.hosts(job.target_name, job.address)
        if len(hosts) > 1:
            return
        from understudy.ssh import endpoint

        app = job.config.app
        last = LastLook(
            settings=self._settings,
            endpoint=endpoint.of(hosts[0]),
            deployer=job.config.host.deployer,
            site=app.name,
            source=str(job.directory / app.source / app.subdirectory)
            * (not source_state.is_url(app.source)),
            revision=app.revision,
        )
        # What can't be kept is found again.
        with suppress(UnderstudyError):
            last_look.save(self._file, replace(last, found=self._found(last)))

    def _found(self, last: LastLook) -> dict[str, Found]:
        """What this run found, beside what other verbs have found."""
        found = dict(self._last.found) if self._last else {}
        found.pop(self._verb, None)
        lines = _lines(self.report.record(Verdict.PASSED))
        answer = self._answer() if self.early and self.early.taken else ""
        # A file may have changed since it was read.
        if lines and answer and self._inputs and self._inputs == self._digest(last):
            found[self._verb] = Found(self._inputs, answer, lines)
        return found

    def _digest(self, last: LastLook) -> str:
        """Of all that the verb reads on this machine; "" if it can't be compared."""
        project = self._project
        parts = [*contents(project.templates), *contents(project.directory / "provision")]
        if self._reads_source:
            if not last.source:
                return ""
            try:
                parts.append(source_state.state(last.source, last.revision))
            except UnderstudyError:
                return ""
        return digest((self._settings, *parts))

    def _answer(self) -> str:
        """A digest of the host's facts; "" without an early connection, or if it failed."""
        answer = self.early.answer() if self.early else None
        return digest([facts.lasting(answer.output)]) if answer and answer.ok else ""


def _connect(last: LastLook) -> "EarlyConnection":
    from understudy.ssh.early import EarlyConnection

    return EarlyConnection(last.endpoint, last.deployer, facts.query(last.site))


def _settings(project: Project) -> Iterator[object]:
    """What decides how deploy.yml is read: its text, the VM's address, and the code."""
    with suppress(OSError):
        yield project.config_file.read_bytes()
    # Where ~ in a path leads.
    yield os.environ.get("HOME")
    for file in sorted(project.state.glob("vm/*/network.json")):
        yield from (file, file.read_bytes())
    yield sys.version
    yield from states(Path(understudy.__file__).parent)


def _lines(record: Record) -> tuple[str, ...]:
    """What was printed, if nothing was but lines: no warning, no step, no command."""
    match record:
        case Record(phases=(phase,), warnings=(), error=None) if not record.attachments:
            return () if phase.name or phase.steps or phase.commands else phase.lines
    return ()
