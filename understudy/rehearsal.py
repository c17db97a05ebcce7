"""The whole run on the staging VM, ending in a verdict."""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from understudy import (
    baseline,
    data_load,
    evidence,
    history,
    migration_rehearsal,
    pulled,
    receipts,
    runner,
    verify,
)
from understudy.baseline import Baseline
from understudy.connection import SshConnection
from understudy.errors import StepFailed, UnderstudyError
from understudy.job import Job
from understudy.pulled import Pulled
from understudy.receipt import Candidate
from understudy.record import Verdict
from understudy.recorder import Recorder
from understudy.rehearsed import rehearsed
from understudy.schedule import PHASES, Choice, Outcome, Phase, Skip, seconds_left, skipped
from understudy.timings import Timings
from understudy.vm import PROVISIONED, SEEDED, Vm


class NotWell(StepFailed):
    """It went through, and yet something is wrong with it."""


@dataclass
class Rehearsal:
    """One run. outcomes: what became of each phase so far. failures: with the phase's title."""

    job: Job
    vm: Vm
    choice: Choice
    timings: Timings
    recorder: Recorder
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    failures: dict[str, UnderstudyError] = field(default_factory=dict)
    candidate: Candidate | None = None

    def run(self) -> None:
        """Takes the phases in turn, and leaves a receipt.

        Raises StepFailed, with the first cause, if one of them failed.
        """
        receipts.refuse_useless_key(self.job)
        began = time.monotonic()
        for phase in PHASES:
            skip = skipped(phase, self.choice, self.outcomes) or self._lacks(phase)
            if skip:
                self.outcomes[phase.name] = skip.outcome
                self.job.report.skipped(phase.name, phase.title, skip.reason)
            else:
                self.outcomes[phase.name] = self._take(phase)
        self._write_receipt()
        seconds = time.monotonic() - began
        if self.failures:
            raise _not_ready(self.failures, seconds)
        self.job.report.say(f"verdict: READY after {seconds:.0f} s")

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
            return Outcome.WARNED if isinstance(error, NotWell) else Outcome.FAILED
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
            "again": lambda: runner.require_converged(job),
            "rollback": lambda: history.rollback(job, probe=True),
            "forward": self._deploy,
            "reboot": lambda: verify.reboot_test(job),
        }

    def _lacks(self, phase: Phase) -> Skip | None:
        """What a phase needs beside the phases before it."""
        if phase.name == "baseline" and self.baseline.reason:
            return Skip(Outcome.LACKING, self.baseline.reason)
        if phase.name == "data" and not self.pulled:
            return Skip(Outcome.LACKING, "no data was pulled: python deploy.py data pull")
        if phase.name == "rollback":
            try:
                history.earlier(self.job)
            except UnderstudyError as error:
                return Skip(Outcome.LACKING, error.summary)
        return None

    @cached_property
    def baseline(self) -> Baseline:
        return baseline.find(self.job)

    @cached_property
    def pulled(self) -> Pulled | None:
        """The data of the target that the VM stands for, if it was pulled."""
        try:
            return pulled.find(self.job, self.job.config.vm.stands_for)
        except UnderstudyError:
            return None

    @property
    def seeded(self) -> str:
        """The rung with that data under what production runs."""
        made_of = f"{self.baseline.rung} {self.pulled.at if self.pulled else ''}"
        return f"{SEEDED}-{sha256(made_of.encode()).hexdigest()[:12]}"

    def _reset(self) -> None:
        """To the highest rung that still fits."""
        rungs = (self.seeded, self.baseline.rung)
        self.vm.reset(next((rung for rung in rungs if rung in self.vm.rungs()), PROVISIONED))

    def _put_baseline(self) -> None:
        # On a rung that has it already this has nothing to do.
        runner.deploy(self.job.at(self.baseline.commit))
        if not {self.baseline.rung, self.seeded} & self.vm.rungs():
            self.vm.save(self.baseline.rung)

    def _put_data(self) -> None:
        if self.seeded in self.vm.rungs():
            self.job.report.say("it was on the VM's snapshot")
            return
        data_load.load(self.job, self.job.config.vm.stands_for)
        self.vm.save(self.seeded)

    def _deploy_candidate(self) -> None:
        """From here on it's this commit, whatever is committed meanwhile."""
        source = runner.find_source(self.job)
        self.job = self.job.at(source.commit)
        self.candidate = receipts.candidate(self.job, source, self.job.target_name)
        loaded = self.outcomes.get("data") is Outcome.PASSED
        with migration_rehearsal.watched(self.job) if loaded else nullcontext():
            self._deploy()

    def _deploy(self) -> None:
        warnings = runner.deploy(self.job, probe=True)
        if warnings:
            raise NotWell("the deploy went through, but not well", details="\n".join(warnings))

    def _write_receipt(self) -> None:
        """Of what was deployed at all, whether it passed or not."""
        if self.candidate is None:
            return
        record = self.recorder.record(Verdict.FAILED if self.failures else Verdict.PASSED)
        try:
            with SshConnection(self.job.target, self.job.config.host.deployer) as connection:
                staging = receipts.fingerprint_of(connection)
            told = rehearsed(
                record, self.outcomes, self.candidate, staging, self.job.project.directory
            )
            receipts.write(self.job, told)
        except UnderstudyError as error:
            self.job.report.warn(f"there is no receipt: {error.summary}")

    def _seconds_left(self, now: Phase) -> float | None:
        to_come = PHASES[PHASES.index(now) :]
        names = [
            phase.name
            for phase in to_come
            if not skipped(phase, self.choice, self.outcomes)
            and (phase.name != "data" or self.pulled)
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
