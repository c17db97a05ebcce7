"""A verb that found nothing to do prints the same again, as long as all that it reads is the same.

What it reads: this machine's files, git, and the host's facts. The host is asked each time, over a
connection that opens meanwhile. What is left out: to check deploy.yml, to render templates, to plan.
"""

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.cli import reports
from understudy.cli.known_host import KnownHost
from understudy.errors import UnderstudyError
from understudy.host import facts, last_look
from understudy.host.last_look import Found, LastLook
from understudy.local.digests import contents, digest
from understudy.paths import Project
from understudy.release import source_state
from understudy.report.record import Record, Verdict
from understudy.report.recorder import Recorder

if TYPE_CHECKING:
    from understudy.job import Job
    from understudy.report.events import Report


class Look:
    """One run of a verb at a host. report: for the verb; it notes what is printed."""

    def __init__(
        self, known: KnownHost, verb: str, project: Project, report: "Report", *, source: bool
    ) -> None:
        """source: whether the verb reads the app's commit."""
        self._known, self._verb, self._project = known, verb, project
        self._reads_source = source
        self._is_written = isinstance(report, Recorder)
        self.report = report if isinstance(report, Recorder) else reports.recorder(report, verb, "")
        self._inputs = ""

    def is_repeated(self) -> bool:
        """Whether all is as it was. Then what was printed is printed again, and nothing is left to do."""
        if self._known.last is None:
            return False
        self._inputs = self._digest(self._known.last)
        found = self._known.last.found.get(self._verb)
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
            settings=self._known.settings,
            endpoint=endpoint.of(hosts[0]),
            deployer=job.config.host.deployer,
            site=app.name,
            source=str(job.directory / app.source / app.subdirectory)
            * (not source_state.is_url(app.source)),
            revision=app.revision,
        )
        # What can't be kept is found again.
        with suppress(UnderstudyError):
            last_look.save(self._known.file, replace(last, found=self._found(last)))

    def _found(self, last: LastLook) -> dict[str, Found]:
        """What this run found, beside what other verbs have found."""
        found = dict(self._known.last.found) if self._known.last else {}
        found.pop(self._verb, None)
        lines = _lines(self.report.record(Verdict.PASSED))
        answer = self._answer() if self._known.early and self._known.early.taken else ""
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
        return digest((self._known.settings, *parts))

    def _answer(self) -> str:
        """A digest of the host's facts; "" without an early connection, or if it failed."""
        answer = self._known.early.answer() if self._known.early else None
        return digest([facts.lasting(answer.output)]) if answer and answer.ok else ""


def _lines(record: Record) -> tuple[str, ...]:
    """What was printed, if nothing was but lines: no warning, no step, no command."""
    match record:
        case Record(phases=(phase,), warnings=(), error=None) if not record.attachments:
            return () if phase.name or phase.steps or phase.commands else phase.lines
    return ()
