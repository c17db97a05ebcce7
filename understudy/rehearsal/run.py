"""The whole run on the staging VM, ending in a verdict."""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property

from understudy.deploy import deploy_host, rollback
from understudy.diagnosis import evidence
from understudy.errors import StepFailed, UnderstudyError
from understudy.job import Job
from understudy.receipts import inputs, issue
from understudy.receipts.statement import Candidate
from understudy.rehearsal import baseline, deployed, migrations, seeded, verify
from understudy.rehearsal.baseline import Baseline
from understudy.rehearsal.outcome import rehearsed
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
    """It went through, and yet something is wrong with it."""


@dataclass
class Rehearsal:
    """One run. outcomes: what became of each phase so far. failures: with the phase's title.

    reset_to: the level that this run put the VM back to, if it did.
    """

    job: Job
    vm: Vm
    choice: Selection
    timings: Timings
    recorder: Recorder
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    failures: dict[str, UnderstudyError] = field(default_factory=dict)
    candidate: Candidate | None = None
    reset_to: Level | None = None

    def run(self) -> None:
        """Takes the phases in turn, and leaves a receipt.

        Raises StepFailed, with the first cause, if one of them failed.
        """
        issue.check_key(self.job)
        deploy_host.check_source(self.job)
        began = time.monotonic()
        for phase in PHASES:
            skip = skipped(phase, self.choice, self.outcomes) or self._missing_prerequisite(phase)
            if skip:
                self.outcomes[phase.name] = skip.outcome
                self.job.report.skipped(phase.name, phase.title, skip.reason)
            else:
                self.outcomes[phase.name] = self._take(phase)
        self._write_receipt()
        seconds = time.monotonic() - began
        if self.failures:
            raise _not_ready(self.failures, seconds)
        self.job.report.say(verdict(self.outcomes, seconds))

    def _take(self, phase: Phase) -> Outcome:
        self.job.report.expect(self._seconds_left(phase))
        try:
            with (
                self.timings.taken(phase.name),
                self.job.report.phase(phase.name, phase.title),
                evidence.explained(self.job, busy=phase.probed) if phase.needs else nullcontext(),
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

    def _actions(self) -> Mapping[str, Callable[[], None]]:
        job = self.job
        return {
            "up": self.vm.up,
            "reset": self._reset,
            "baseline": self._put_baseline,
            "data": self._put_data,
            "deploy": self._deploy_candidate,
            "host-tests": lambda: verify.host_tests(job),
            "browser-tests": lambda: verify.browser_tests(job),
            "again": lambda: deploy_host.require_converged(job),
            "rollback": self._roll_back,
            "forward": self._deploy,
            "reboot": lambda: verify.reboot_test(job),
        }

    def _roll_back(self) -> None:
        """As one would on production: with the data of before, where the old code needs that."""
        try:
            rollback.rollback(self.job, probe=True)
        except rollback.NeedsItsData as error:
            self.job.report.warn(
                f"{error.summary}: a rollback has to restore the data of before, which discards what "
                f"was written since\n{error.details}"
            )
            rollback.rollback(self.job, with_data=True)

    def _missing_prerequisite(self, phase: Phase) -> Skip | None:
        """What a phase needs beside the phases before it."""
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

    @cached_property
    def baseline(self) -> Baseline:
        return baseline.find(self.job)

    @cached_property
    def seed(self) -> Seed:
        return seeded.find(self.job)

    @cached_property
    def seeded_level(self) -> Level | None:
        """With that data under what production runs."""
        if self.baseline.level is None or self.seed.pulled is None:
            return None
        return seeded.level(self.baseline.level, self.seed.pulled)

    def _reset(self) -> None:
        """To the highest level there is."""
        wanted = (self.seeded_level, self.baseline.level)
        self.reset_to = self.vm.reset(*(level for level in wanted if level))

    def _put_baseline(self) -> None:
        job, level = self.job.at(self.baseline.commit), self.baseline.level
        if level:
            deployed.ensure(job, self.vm, level, on=self.reset_to)

    def _put_data(self) -> None:
        seeded.ensure(self.job, self.vm, self.seeded_level, on=self.reset_to)

    def _deploy_candidate(self) -> None:
        """From here on it's this commit, whatever is committed meanwhile."""
        source = deploy_host.resolve_source(self.job)
        self.job = self.job.at(source.commit)
        self.candidate = inputs.candidate(self.job, source, self.job.target_name)
        loaded = self.outcomes.get("data") is Outcome.PASSED
        with migrations.watched(self.job) if loaded else nullcontext():
            self._deploy()

    def _deploy(self) -> None:
        warnings = deploy_host.deploy(self.job, probe=True)
        if warnings:
            raise DeployWarnings(
                "the deploy went through, but not well", details="\n".join(warnings)
            )

    def _write_receipt(self) -> None:
        """Of what was deployed at all, whether it passed or not."""
        if self.candidate is None:
            return
        record = self.recorder.record(Verdict.FAILED if self.failures else Verdict.PASSED)
        try:
            with SshConnection(self.job.target, self.job.config.host.deployer) as connection:
                staging = inputs.fingerprint_of(connection)
            told = rehearsed(
                record, self.outcomes, self.candidate, staging, self.job.project.directory
            )
            issue.write(self.job, told)
        except UnderstudyError as error:
            self.job.report.warn(f"there is no receipt: {error.summary}")

    def _seconds_left(self, now: Phase) -> float | None:
        to_come = PHASES[PHASES.index(now) :]
        names = [
            phase.name
            for phase in to_come
            if not skipped(phase, self.choice, self.outcomes)
            and (phase.name != "data" or self.seed.pulled)
        ]
        return seconds_left(names, self.timings.earlier())


def _not_ready(failures: Mapping[str, UnderstudyError], seconds: float) -> StepFailed:
    first = next(iter(failures.values()))
    return StepFailed(
        f"verdict: NOT READY after {seconds:.0f} s: {', '.join(failures)} failed",
        hint=first.hint,
        cause=first.cause or first.summary,
    )


def _interrupted(phase: Phase) -> str:
    return (
        f"interrupted in phase {phase.name}. The VM stays as it is, and can be used: "
        f"`python deploy.py rehearse` begins anew, `rehearse --keep --from {phase.name}` goes on"
    )
