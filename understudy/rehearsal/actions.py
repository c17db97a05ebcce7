"""What the phases of a rehearsal do that are no suites of tests."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from understudy.deploy import (
    commits,
    deploy_host,
    renew_under_load,
    rollback,
    rollback_data,
    rollout,
)
from understudy.deploy.hooked import hooked
from understudy.errors import StepFailed, UnderstudyError
from understudy.host import all_hosts
from understudy.job import Job
from understudy.receipts import inputs
from understudy.receipts.statement import Candidate
from understudy.rehearsal import baseline, deployed, interrupted, migrations, seeded, timers
from understudy.rehearsal.at_once import Ahead
from understudy.rehearsal.baseline import Baseline
from understudy.rehearsal.phases import Outcome, Phase, Skip
from understudy.rehearsal.seeded import Seed
from understudy.vm.levels import Level
from understudy.vm.machine import Vm

# What makes one.
EARLIER_RELEASE = (
    "With the phase baseline there is an earlier release: production's live one, deployed before."
)


class DeployWarnings(StepFailed):
    """The deploy succeeded with warnings: the release is live, and the verdict is NOT READY."""


@dataclass
class Actions:
    """Of one rehearsal. job: for its commit. candidate: what is rehearsed, from its deploy on.

    _asked: which release is live on production. _reset_to: the level that the VM was reset to, None if it
    was not. _has_data: whether production's data was loaded.
    """

    job: Job
    vm: Vm
    candidate: Candidate | None = None
    _asked: Ahead[Baseline] | None = field(default=None, init=False)
    _reset_to: Level | None = field(default=None, init=False)
    _has_data: bool = field(default=False, init=False)

    def by_phase(self) -> Mapping[str, Callable[[], None]]:
        """For each phase that is no suite of tests."""
        return {
            "up": self._bring_up,
            "reset": self._reset,
            "baseline": self._deploy_baseline,
            "data": self._load_data,
            "deploy": self._deploy_candidate,
            "again": lambda: rollout.require_converged(self.job),
            "timers": lambda: self._on_each(timers.rehearse),
            "edge": self._renew,
            "rollback": self._roll_back,
            "forward": lambda: _require_none(self._deploy()),
            "interrupted": lambda: interrupted.rehearse(self.job),
        }

    def missing(self, phase: Phase) -> Skip | None:
        """What a phase needs besides earlier phases, if that is missing."""
        if phase.name == "baseline" and self.baseline.reason:
            return Skip(Outcome.UNAVAILABLE, self.baseline.reason, self.baseline.enable)
        if phase.name == "data" and self.seed.reason:
            return Skip(Outcome.UNAVAILABLE, self.seed.reason, self.seed.enable)
        if phase.name == "timers" and not self.job.config.timers:
            return Skip(
                Outcome.UNAVAILABLE,
                "deploy.yml has no timers",
                "`timers:` in deploy.yml names them.",
            )
        if phase.name == "edge" and self.job.config.target(self.job.target_name).https != "auto":
            enable = "Set `https: auto` for the target in deploy.yml."
            return Skip(Outcome.UNAVAILABLE, "this target has no certificate by ACME", enable)
        if phase.name == "interrupted":
            return self._missing_for_tasks() or self._missing_release()
        return self._missing_release() if phase.name == "rollback" else None

    def _missing_release(self) -> Skip | None:
        """There has to be one to roll back to."""
        try:
            rollback.earlier(self._hosts[0])
        except UnderstudyError as error:
            return Skip(Outcome.UNAVAILABLE, error.summary, EARLIER_RELEASE)
        return None

    def _missing_for_tasks(self) -> Skip | None:
        """Several hosts show whether they end in one state, also without tasks."""
        if self.job.config.verify.tasks is None and len(self._hosts) == 1:
            enable = "`tasks:` under `verify:` in deploy.yml names commands that enqueue tasks and count them."
            return Skip(Outcome.UNAVAILABLE, "deploy.yml has no verify.tasks", enable)
        return None

    def ask_production(self) -> None:
        """Begins to ask which release is live there."""
        job = self.job
        self._asked = Ahead(job.report, lambda report: baseline.find(replace(job, report=report)))

    def _bring_up(self) -> None:
        self.vm.up()
        self.vm.issuer.ensure()

    def _reset(self) -> None:
        """To the highest level that is saved."""
        wanted = (self.seeded_level, self.baseline.level)
        self._reset_to = self.vm.reset(*(level for level in wanted if level))

    def _deploy_baseline(self) -> None:
        job, level = self.baseline.job(self.job), self.baseline.level
        if level:
            deployed.ensure(job, self.vm, level, on=self._reset_to)

    def _load_data(self) -> None:
        seeded.ensure(self.job, self.vm, self.seeded_level, on=self._reset_to)
        self._has_data = True

    def _deploy_candidate(self) -> None:
        source = commits.resolve(self.job)
        self.candidate = inputs.candidate(self.job, source, self.job.target_name)
        with migrations.examined(self._hosts[0]) if self._has_data else nullcontext():
            warnings = self._deploy()
        _require_none(warnings)

    @property
    def _hosts(self) -> tuple[Job, ...]:
        return all_hosts.jobs(self.job)

    @property
    def _have_roles(self) -> bool:
        return bool(self.job.config.target(self.job.target_name).host_list)

    def _on_each(self, work: Callable[[Job], object]) -> None:
        all_hosts.in_turn(self._hosts, work)

    def _renew(self) -> None:
        hosts = all_hosts.proxies(self.job) or self._hosts
        all_hosts.in_turn([one for one in hosts if one.target.asks_issuer], renew_under_load.renew)

    def _deploy(self) -> Sequence[str]:
        """Returns the warnings."""
        if self._have_roles:
            return rollout.deploy(self.job, probe=True, wait=0, without_rehearsal=None)
        with hooked(self.job, self._hosts, "deploy", self.job.config.app.revision) as live:
            return deploy_host.deploy(self.job, probe=True, on_live=live.append)

    def _roll_back(self) -> None:
        """As on production: with the data from before the deploy, if the old code needs that."""
        if self._have_roles:
            roll_back = partial(rollout.rollback, self.job, None, anyway=False, wait=0)
            self._with_data_if_needed(roll_back)
            return
        with hooked(self.job, self._hosts, "rollback") as live:
            self._with_data_if_needed(partial(rollback.rollback, self.job, on_live=live.append))

    def _with_data_if_needed(self, roll_back: Callable[..., None]) -> None:
        try:
            roll_back(with_data=False, probe=True)
        except rollback_data.NeedsItsData as error:
            self.job.report.warn(
                f"{error.summary}: a rollback has to restore the data from before the deploy, which "
                f"discards what was written since\n{error.details}"
            )
            roll_back(with_data=True, probe=False)

    @cached_property
    def baseline(self) -> Baseline:
        return self._asked.answer() if self._asked else baseline.find(self.job)

    @cached_property
    def seed(self) -> Seed:
        return seeded.find(self.job)

    @cached_property
    def seeded_level(self) -> Level | None:
        """The baseline with pulled data; None if one of them is missing."""
        if self.baseline.level is None or self.seed.pulled is None:
            return None
        return seeded.level(self.baseline.level, self.seed.pulled)


def _require_none(warnings: Sequence[str]) -> None:
    if warnings:
        raise DeployWarnings("the deploy succeeded with warnings", details="\n".join(warnings))
