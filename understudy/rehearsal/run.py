"""The rehearsal: runs its phases on the staging VM and ends in a verdict."""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from understudy.deploy import commits
from understudy.diagnosis import explain
from understudy.errors import StepFailed, Stopped, SuiteFailed, UnderstudyError
from understudy.host import all_hosts
from understudy.job import Job
from understudy.receipts import inputs, issue
from understudy.rehearsal import at_once, site_login, verify
from understudy.rehearsal.actions import EARLIER_RELEASE, Actions, DeployWarnings
from understudy.rehearsal.outcome import result_of
from understudy.rehearsal.phases import (
    NAMES,
    PHASES,
    Outcome,
    Phase,
    Selection,
    groups,
    seconds_left,
    skipped,
)
from understudy.rehearsal.suite_group import AnySuite
from understudy.rehearsal.timings import Timings
from understudy.rehearsal.verdict import TASKS_NOT_COUNTED, Verdict
from understudy.report.events import Report
from understudy.report.record import Verdict as RecordedVerdict
from understudy.report.recorder import Recorder
from understudy.ssh.connection import SshConnection
from understudy.vm import unrehearsed
from understudy.vm.machine import Vm

# The phases that are suites of tests.
_SUITES = ("host-tests", "browser-tests", "reboot")


@dataclass
class Rehearsal:
    """One run. outcomes: name of a phase -> how it ended, so far. failures: name of a failed
    phase -> its error.

    seconds: how long the passed ones took.
    """

    job: Job
    vm: Vm
    selection: Selection
    timings: Timings
    recorder: Recorder
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    failures: dict[str, UnderstudyError] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Runs the phases, some at the same time, and writes a receipt.

        Raises StepFailed, with the first cause, if a phase failed; what bringing up the VM raises; and
        ConfigError if the source or the receipts' key can't be used, or tests know no password for the
        site: then the VM is not touched.
        """
        issue.check_key(self.job)
        if any(self._is_selected(phase) for phase in PHASES if phase.name in _SUITES):
            site_login.variables(self._visited)
        for sentence in unrehearsed.sentences(self.job.config):
            self.job.report.warn(sentence)
        # One commit is rehearsed, whatever is committed meanwhile.
        source = commits.check(self.job)
        self.job = self.job.at(source.commit)
        commits.report(self.job, source)
        began = time.monotonic()
        try:
            for group in groups():
                self._run_group([phase for phase in group if not self._skips(phase)])
        finally:
            for suite in self.suites.values():
                suite.close()
        self._write_receipt()
        verdict = self._verdict(time.monotonic() - began)
        self.job.report.answer(verdict)
        if self.failures:
            hint = self.failures[verdict.failed[0]].hint
            raise StepFailed(verdict.line, hint=hint, cause=verdict.cause)

    def _verdict(self, seconds: float) -> Verdict:
        return Verdict.of(
            self.job.target_name,
            self.job.config.app.revision,
            seconds,
            self.vm.where,
            self.outcomes,
            {name: _cause(error) for name, error in self.failures.items()},
            tasks_counted=self._counted_tasks,
        )

    @property
    def _counted_tasks(self) -> bool:
        """False if deploy.yml wants that, and what a phase needs for it is missing: a release to replace."""
        missing = self.outcomes.get("interrupted") is Outcome.UNAVAILABLE
        wanted = self.job.config.verify.tasks is not None
        counted = self.recorder.record(RecordedVerdict.PASSED).attachments.get("tasks counted")
        return not (wanted and missing) or counted is not None

    def _is_selected(self, phase: Phase) -> bool:
        return skipped(phase, self.selection, {}) is None

    def _skips(self, phase: Phase) -> bool:
        skip = skipped(phase, self.selection, self.outcomes) or self.actions.missing(phase)
        if skip:
            self.outcomes[phase.name] = skip.outcome
            if phase.name == "interrupted" and not self._counted_tasks:
                reason = f"{TASKS_NOT_COUNTED}: {skip.reason}"
                enable = "" if self.failures else EARLIER_RELEASE
                skip = replace(skip, reason=reason, enable=enable)
            self.job.report.skipped(phase.name, phase.title, skip.reason, skip.enable)
        return skip is not None

    def _run_group(self, phases: Sequence[Phase]) -> None:
        """Runs phases at the same time, and meanwhile what is prepared ahead for later ones."""
        if not phases:
            return
        report = self.job.report
        report.expect(self._seconds_left(phases[0]))
        for phase in phases:
            self._prepare_in(phase)
        try:
            if len(phases) == 1:
                self._run_phase(phases[0], report)
            else:
                works = {phase.name: partial(self._run_phase, phase) for phase in phases}
                at_once.run(report, works, stop=self._stop)
        except KeyboardInterrupt:
            report.warn(_interrupted(phases[0]))
            raise
        self.timings.keep(self.seconds)

    def _run_phase(self, phase: Phase, report: Report) -> None:
        began = time.monotonic()
        outcome = Outcome.PASSED
        try:
            with (
                report.phase(phase.name, phase.title),
                explain.explained(replace(self._visited, report=report), busy=phase.under_load)
                if phase.needs
                else nullcontext(),
            ):
                self._act(phase, report)
        except Stopped:
            outcome = Outcome.UNAVAILABLE
        except UnderstudyError as error:
            if not phase.needs:
                raise
            report.error(error)
            self.failures[phase.name] = error
            outcome = Outcome.WARNED if isinstance(error, DeployWarnings) else Outcome.FAILED
        else:
            self.seconds[phase.name] = time.monotonic() - began
        self.outcomes[phase.name] = outcome

    def _act(self, phase: Phase, report: Report) -> None:
        try:
            if phase.name in self.suites:
                self.suites[phase.name].run(report)
            else:
                self.actions.by_phase()[phase.name]()
        except StepFailed:
            # Before its cause is looked for, which takes a while. What comes before it continues: the verdict
            # is that of the first phase that fails, whichever is quicker.
            if self.selection.fail_fast:
                self._stop(NAMES[NAMES.index(phase.name) + 1 :], f"{phase.name} failed")
            raise

    def _stop(self, phases: Sequence[str] = NAMES, why: str = "interrupted") -> None:
        for name in self.suites.keys() & set(phases):
            self.suites[name].stop(why)

    def _prepare_in(self, now: Phase) -> None:
        prepared = {
            "baseline": self.actions.ask_production,
            "browser-tests": self._begin_browser_tests,
        }
        for phase in PHASES:
            if phase.prepared_in == now.name and not skipped(phase, self.selection, self.outcomes):
                prepared[phase.name]()
        if now.idle and self.outcomes.get("browser-tests") in (Outcome.PASSED, Outcome.FAILED):
            self.recorder.prepare_pictures()

    def _begin_browser_tests(self) -> None:
        self.suites["browser-tests"].begin()

    def _seconds_left(self, now: Phase) -> float | None:
        to_come = PHASES[PHASES.index(now) :]
        names = [
            phase.name
            for phase in to_come
            if not skipped(phase, self.selection, self.outcomes)
            and (phase.name != "data" or self.actions.seed.pulled)
        ]
        return seconds_left(names, self.timings.earlier())

    @property
    def _visited(self) -> Job:
        """On the host that visitors meet."""
        return verify.visited(self.job)

    @cached_property
    def actions(self) -> Actions:
        return Actions(self.job, self.vm)

    @cached_property
    def suites(self) -> Mapping[str, AnySuite]:
        """By phase. The database's host boots before those that use it, and a proxy last."""
        hosts = all_hosts.machines(self.job)
        made = (
            verify.of_each(hosts, verify.host_tests),
            verify.browser_tests(self._visited),
            verify.of_each(hosts, verify.reboot_test),
        )
        return dict(zip(_SUITES, made, strict=True))

    def _write_receipt(self) -> None:
        """Writes the receipt, passed or failed, if the candidate was deployed. Only warns if it can't."""
        candidate = self.actions.candidate
        if candidate is None:
            return
        record = self.recorder.record(
            RecordedVerdict.FAILED if self.failures else RecordedVerdict.PASSED
        )
        try:
            target = self._visited.target
            with SshConnection(target, self.job.config.host.deployer) as connection:
                staging = inputs.fingerprint_of(connection)
            project = self.job.project
            issue.write(self.job, result_of(record, self.outcomes, candidate, staging, project))
        except UnderstudyError as error:
            self.job.report.warn(f"no receipt was written: {error.summary}")


def _cause(error: UnderstudyError) -> str:
    first = error.first if isinstance(error, SuiteFailed) else ""
    return error.cause or first or (error.of_host or error).summary


def _interrupted(phase: Phase) -> str:
    return (
        f"interrupted in phase {phase.name}. The VM is left as it is and can be used: "
        f"`python deploy.py rehearse` starts over, `rehearse --keep --start-at {phase.name}` resumes there"
    )
