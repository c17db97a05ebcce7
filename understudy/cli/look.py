"""A verb that found nothing to do prints the same again, as long as all that it reads is the same.

What it reads: this machine's files, git, and the host's facts. The host is asked each time, over a
connection that opens meanwhile. What is left out: to check deploy.yml, to render templates, to plan.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.cli import reports
from understudy.cli.known_host import KnownHost
from understudy.cli.noted import NotingReport, print_again
from understudy.errors import UnderstudyError
from understudy.host import facts, last_look
from understudy.host.last_look import Found, LastLook, Printed
from understudy.local.digests import contents, digest
from understudy.paths import Project
from understudy.release import source_state
from understudy.report.recorder import Recorder

if TYPE_CHECKING:
    from understudy.job import Job
    from understudy.report.events import Report


# What was printed, the site's name and the host's answer -> whether it could be shown.
Show = Callable[[Sequence[Printed], str, str], bool]


class Look:
    """One run of a verb at a host. report: for the verb; it notes what is printed."""

    def __init__(
        self, known: KnownHost, verb: str, project: Project, report: "Report", *, source: bool
    ) -> None:
        """source: whether the verb reads the app's commit."""
        self._known, self._verb, self._project = known, verb, project
        self._reads_source = source
        self._is_written = isinstance(report, Recorder)
        self.report = NotingReport(report)
        self._inputs = ""

    def is_repeated(self, show: Show | None = None) -> bool:
        """Whether all is as it was. Then what was printed is printed again, and nothing is left to do.

        show: prints it in another way.
        """
        if self._known.last is None:
            return False
        self._inputs = self._digest(self._known.last)
        found = self._known.last.found.get(self._verb)
        if found is None or found.inputs != self._inputs:
            return False
        reports.prepare(self._project, written=self._is_written)
        if found.answer != self._answer():
            return False
        if show:
            return show(found.printed, self._known.last.site, self._output())
        for printed in found.printed:
            print_again(printed, self.report)
        return True

    def keep(self, job: "Job", found: Sequence[Printed] | None = None) -> None:
        """Keeps what was found, for the next look. Nothing of a target with several hosts.

        found: instead of what was printed.
        """
        hosts = job.config.hosts(job.target_name, job.address)
        if len(hosts) > 1 or not self._known.is_current():
            return
        last = self._known.look_at(job, hosts[0])
        # What can't be kept is found again.
        with suppress(UnderstudyError):
            last_look.save(self._known.file, replace(last, found=self._found(last, found)))

    def _found(self, last: LastLook, of_run: Sequence[Printed] | None) -> dict[str, Found]:
        """What this run found, beside what other verbs have found."""
        found = dict(self._known.last.found) if self._known.last else {}
        found.pop(self._verb, None)
        of_run = self.report.printed if of_run is None else of_run
        printed = () if self.report.did_more else tuple(of_run)
        answer = self._answer() if self._known.early and self._known.early.taken else ""
        # A file may have changed since it was read.
        if printed and answer and self._inputs and self._inputs == self._digest(last):
            found[self._verb] = Found(self._inputs, answer, printed)
        return found

    def _digest(self, last: LastLook) -> str:
        """Of all that the verb reads on this machine; "" if it can't be compared."""
        if self._reads_source and not last.source:
            return ""
        try:
            parts = list(contents(self._project.host_inputs))
            if self._reads_source:
                parts.append(source_state.state(last.source, last.revision))
        except (UnderstudyError, OSError):
            return ""
        return digest((self._known.settings, *parts))

    def _answer(self) -> str:
        """A digest of the host's facts; "" without an early connection, or if it failed."""
        output = self._output()
        return digest([facts.lasting(output)]) if output else ""

    def _output(self) -> str:
        """What the host answered."""
        answer = self._known.early.answer() if self._known.early else None
        return answer.output if answer and answer.ok else ""
