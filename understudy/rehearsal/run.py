"""The rehearsal: runs its phases on the staging VM and ends in a verdict."""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property

from understudy.deploy import commits, deploy_host, rollback, rollback_data
from understudy.diagnosis import evidence
from understudy.errors import StepFailed, UnderstudyError
from understudy.job import Job
from understudy.receipts import inputs, issue
from understudy.receipts.statement import Candidate
from understudy.rehearsal import baseline, deployed, migrations, seeded, verify
from understudy.rehearsal.baseline import Baseline
from understudy.rehearsal.outcome import result_of
from understudy.rehearsal.phases import (
    PHASES,
    Outcome,
    Phase,
    Selection,
    Skip,
    seconds_left,
    skipped,
    verdict,
)
from understudy.rehearsal.seeded import Seed
from understudy.rehearsal.timings import Timings
from understudy.report.record import Verdict
from understudy.report.recorder import Recorder
from understudy.ssh.connection import SshConnection
from understudy.vm.levels import Level
from understudy.vm.machine import Vm


class DeployWarnings(StepFailed):
    """The deploy succeeded with warnings: the release is live, and the verdict is NOT READY."""


@dataclass
class Rehearsal:
    """One run. outcomes: name of a phase -> how it ended, so far. failures: name of a failed
    phase -> its error.

    reset_to: the level that this run reset the VM to, None if it did not.
    """

    job: Job
    vm: Vm
    selection: Selection
    timings: Timings
    recorder: Recorder
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    failures: dict[str, UnderstudyError] = field(default_factory=dict)
    candidate: Candidate | None = None
    reset_to: Level | None = None

    def run(self) -> None:
        """Runs the phases in turn and writes a receipt.

        Raises StepFailed, with the first cause, if a phase failed; what bringing up the VM raises; and
        ConfigError if the source or the receipts' key can't be used: then the VM is not touched.
        """
        issue.check_key(self.job)
        commits.check(self.job)
        began = time.monotonic()
        for phase in PHASES:
            skip = skipped(phase, self.selection, self.outcomes) or self._missing_prerequisite(
                phase
            )
            if skip:
                self.outcomes[phase.name] = skip.outcome
                self.job.report.skipped(phase.name, phase.title, skip.reason)
            else:
                self.outcomes[phase.name] = self._run_phase(phase)
        self._write_receipt()
        seconds = time.monotonic() - began
        if self.failures:
            raise _not_ready(self.failures, seconds)
        self.job.report.say(verdict(self.outcomes, seconds))

    def _missing_prerequisite(self, phase: Phase) -> Skip | None:
        """What a phase needs besides earlier phases, if that is missing."""
        if phase.name == "baseline" and self.baseline.reason:
            return Skip(Outcome.UNAVAILABLE, self.baseline.reason)
        if phase.name == "data" and self.seed.reason:
            return Skip(Outcome.UNAVAILABLE, self.seed.reason)
        if phase.name == "rollback":
            try:
                rollback.earlier(self.job)
            except UnderstudyError as error:
                return Skip(Outcome.UNAVAILABLE, error.summary)
        return None

    def _run_phase(self, phase: Phase) -> Outcome:
        self.job.report.expect(self._seconds_left(phase))
        try:
            with (
                self.timings.timed(phase.name),
                self.job.report.phase(phase.name, phase.title),
                evidence.explained(self.job, busy=phase.under_load)
                if phase.needs
                else nullcontext(),
            ):
                self._actions()[phase.name]()
        except KeyboardInterrupt:
            self.job.report.warn(_interrupted(phase))
            raise
        except UnderstudyError as error:
            if not phase.needs:
                raise
            self.job.report.error(error)
            self.failures[phase.name] = error
            return Outcome.WARNED if isinstance(error, DeployWarnings) else Outcome.FAILED
        return Outcome.PASSED

    def _seconds_left(self, now: Phase) -> float | None:
        to_come = PHASES[PHASES.index(now) :]
        names = [
            phase.name
            for phase in to_come
            if not skipped(phase, self.selection, self.outcomes)
            and (phase.name != "data" or self.seed.pulled)
        ]
        return seconds_left(names, self.timings.earlier())

    def _actions(self) -> Mapping[str, Callable[[], None]]:
        job = self.job
        return {
            "up": self.vm.up,
            "reset": self._reset,
            "baseline": self._deploy_baseline,
            "data": self._load_data,
            "deploy": self._deploy_candidate,
            "host-tests": lambda: verify.host_tests(job),
            "browser-tests": lambda: verify.browser_tests(job),
            "again": lambda: deploy_host.require_converged(job),
            "rollback": self._roll_back,
            "forward": self._deploy,
            "reboot": lambda: verify.reboot_test(job),
        }

    def _reset(self) -> None:
        """To the highest level that is saved."""
        wanted = (self.seeded_level, self.baseline.level)
        self.reset_to = self.vm.reset(*(level for level in wanted if level))

    def _deploy_baseline(self) -> None:
        job, level = self.job.at(self.baseline.commit), self.baseline.level
        if level:
            deployed.ensure(job, self.vm, level, on=self.reset_to)

    def _load_data(self) -> None:
        seeded.ensure(self.job, self.vm, self.seeded_level, on=self.reset_to)

    def _deploy_candidate(self) -> None:
        """Fixes the commit that is rehearsed, whatever is committed meanwhile."""
        source = commits.resolve(self.job)
        self.job = self.job.at(source.commit)
        self.candidate = inputs.candidate(self.job, source, self.job.target_name)
        loaded = self.outcomes.get("data") is Outcome.PASSED
        with migrations.examined(self.job) if loaded else nullcontext():
            self._deploy()

    def _deploy(self) -> None:
        warnings = deploy_host.deploy(self.job, probe=True)
        if warnings:
            raise DeployWarnings("the deploy succeeded with warnings", details="\n".join(warnings))

    def _roll_back(self) -> None:
        """As on production: with the data from before the deploy, if the old code needs that."""
        try:
            rollback.rollback(self.job, probe=True)
        except rollback_data.NeedsItsData as error:
            self.job.report.warn(
                f"{error.summary}: a rollback has to restore the data from before the deploy, which "
                f"discards what was written since\n{error.details}"
            )
            rollback.rollback(self.job, with_data=True)

    @cached_property
    def baseline(self) -> Baseline:
        return baseline.find(self.job)

    @cached_property
    def seed(self) -> Seed:
        return seeded.find(self.job)

    @cached_property
    def seeded_level(self) -> Level | None:
        """The baseline with pulled data; None if one of them is missing."""
        if self.baseline.level is None or self.seed.pulled is None:
            return None
        return seeded.level(self.baseline.level, self.seed.pulled)

    def _write_receipt(self) -> None:
        """Writes the receipt, passed or failed, if the candidate was deployed. Only warns if it can't."""
        if self.candidate is None:
            return
        record = self.recorder.record(Verdict.FAILED if self.failures else Verdict.PASSED)
        try:
            with SshConnection(self.job.target, self.job.config.host.deployer) as connection:
                staging = inputs.fingerprint_of(connection)
            project = self.job.project.directory
            issue.write(
                self.job, result_of(record, self.outcomes, self.candidate, staging, project)
            )
        except UnderstudyError as error:
            self.job.report.warn(f"no receipt was written: {error.summary}")


def _not_ready(failures: Mapping[str, UnderstudyError], seconds: float) -> StepFailed:
    first = next(iter(failures.values()))
    return StepFailed(
        f"verdict: NOT READY after {seconds:.0f} s: {', '.join(failures)} failed",
        hint=first.hint,
        cause=first.cause or first.summary,
    )


def _interrupted(phase: Phase) -> str:
    return (
        f"interrupted in phase {phase.name}. The VM is left as it is and can be used: `python "
        f"deploy.py rehearse` starts over, `rehearse --keep --from {phase.name}` resumes there"
    )
