"""A rehearsal on hosts with roles: what is done over all of them, on each, and on the one for visitors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.fakes import FakeReport, settings
from understudy.config.model import Config
from understudy.data import load as data_load
from understudy.deploy import commits, deploy_host, proxies, rollback, rollout
from understudy.deploy.rollback_data import NeedsItsData
from understudy.errors import Refused, StepFailed
from understudy.host import all_hosts
from understudy.job import Job
from understudy.paths import Project
from understudy.receipts import inputs
from understudy.rehearsal import deployed, migrations, seeded, timers, verify
from understudy.rehearsal.actions import Actions, DeployWarnings
from understudy.rehearsal.phases import PHASES, Outcome, Selection
from understudy.rehearsal.run import Rehearsal
from understudy.rehearsal.suite_group import AnySuite, HostSuite, SuiteGroup
from understudy.rehearsal.suites import Suite
from understudy.report.events import Report
from understudy.vm.levels import PROVISIONED, Level
from understudy.vm.machine import Vm

WEB, WORKER, DATABASE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
HOSTS = [
    {"address": WEB, "roles": ["web"]},
    {"address": WORKER, "roles": ["web", "worker"]},
    {"address": DATABASE, "roles": ["database"]},
]
PROXY = {"address": "192.0.2.4", "roles": ["proxy"]}


def job(*more: dict[str, Any]) -> Job:
    app = {"database": "postgresql", "media_url": None}
    target = {"admin": "debian", "domain": "shop.test", "hosts": [*HOSTS, *more]}
    clean = {"clean": {"command": ["clean"], "calendar": "daily"}}
    made = Config.model_validate({**settings(app), "timers": clean, "targets": {"staging": target}})
    directory = Path("/nonexistent")
    return Job(Project(directory, directory / "deploy.yml"), made, "staging", FakeReport())


def phases(of: Job) -> Actions:
    return Actions(of, cast(Vm, None))


def host(of: Job) -> str:
    return of.target.address


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts on which something was done."""
    found: list[str] = []
    monkeypatch.setattr(commits, "resolve", lambda _: None)
    monkeypatch.setattr(deploy_host, "require_converged", lambda of: found.append(host(of)))
    monkeypatch.setattr(
        proxies, "require_converged", lambda of, _: found.append(f"proxy {host(of)}")
    )
    monkeypatch.setattr(
        timers, "rehearse", lambda of: found.append(f"{host(of)} {[*of.config.timers]}")
    )
    return found


def test_second_deploy_has_to_change_nothing_on_any_host(done: list[str]) -> None:
    phases(job()).by_phase()["again"]()

    assert done == [WORKER, WEB]


def test_second_deploy_has_to_change_nothing_on_the_proxy(done: list[str]) -> None:
    phases(job(PROXY)).by_phase()["again"]()

    assert done == [WORKER, WEB, f"proxy {PROXY['address']}"]


def test_timers_run_where_they_run_on_production(done: list[str]) -> None:
    phases(job()).by_phase()["timers"]()

    assert done == [f"{WORKER} ['clean']", f"{WEB} []"]


def test_deploy_is_one_over_all_hosts_and_its_warnings_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[dict[str, Any]] = []

    def deploy(of: Job, **options: Any) -> tuple[str, ...]:
        asked.append({"address": of.address, **options})
        return ("the disk is nearly full",)

    monkeypatch.setattr(rollout, "deploy", deploy)

    with pytest.raises(DeployWarnings) as raised:
        phases(job()).by_phase()["forward"]()

    assert asked == [{"address": None, "probe": True, "wait": 0, "without_rehearsal": None}]
    assert raised.value.details == "the disk is nearly full"


def test_migrations_of_a_deploy_with_warnings_are_examined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []

    @contextmanager
    def examined(of: Job) -> Iterator[None]:
        done.append(f"before on {host(of)}")
        yield
        done.append("after")

    monkeypatch.setattr(migrations, "examined", examined)
    monkeypatch.setattr(commits, "resolve", lambda _: None)
    monkeypatch.setattr(inputs, "candidate", lambda *_: None)
    monkeypatch.setattr(rollout, "deploy", lambda *_, **__: ("the disk is nearly full",))
    monkeypatch.setattr(data_load, "load", lambda *_: ())
    made = phases(job())
    made.seeded_level = None
    made.by_phase()["data"]()

    with pytest.raises(DeployWarnings):
        made.by_phase()["deploy"]()

    assert done == [f"before on {WORKER}", "after"]


def test_interruption_needs_tasks_on_a_single_host_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "earlier", lambda _: None)
    (phase,) = [one for one in PHASES if one.name == "interrupted"]
    made = job()
    alone = Config.model_validate(settings())

    assert phases(made).missing(phase) is None
    skip = phases(replace(made, config=alone)).missing(phase)
    assert skip is not None
    assert (skip.outcome, skip.reason) == (Outcome.UNAVAILABLE, "deploy.yml has no verify.tasks")


def test_rollback_needs_an_earlier_release_also_to_be_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a phase `forward` that was left out the first release is live."""

    def earlier(_: Job) -> None:
        raise Refused("staging has no release from before the live one")

    monkeypatch.setattr(rollback, "earlier", earlier)
    for name in ("rollback", "interrupted"):
        skip = phases(job()).missing(next(one for one in PHASES if one.name == name))

        assert skip is not None
        assert skip.reason == "staging has no release from before the live one"


def test_old_code_that_needs_its_data_gets_it_on_all_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def roll_back(of: Job, to: None, **options: Any) -> None:
        asked.append(options)
        if not options["with_data"]:
            raise NeedsItsData("0ld can't work", details="the column name is gone")

    monkeypatch.setattr(rollout, "rollback", roll_back)
    made = job()

    phases(made).by_phase()["rollback"]()

    assert [(one["with_data"], one["anyway"]) for one in asked] == [(False, False), (True, False)]
    [warning] = cast(FakeReport, made.report).warnings
    assert "the column name is gone" in warning


def test_visitors_meet_the_proxy_or_else_a_web_host() -> None:
    assert host(verify.visited(job())) == WEB
    assert host(verify.visited(job(PROXY))) == PROXY["address"]
    chosen = replace(job(PROXY), address=WEB)
    assert host(verify.visited(chosen)) == PROXY["address"], "its own ports are closed"


def test_each_host_is_tested_and_rebooted_the_database_first_and_the_proxy_last() -> None:
    unused = cast(Any, None)
    suites = Rehearsal(job(PROXY), unused, Selection(), unused, unused).suites

    for name in ("host-tests", "reboot"):
        group = cast(SuiteGroup, suites[name])
        each = [cast(HostSuite, one) for one in group.suites]
        ours = [
            one.suite.suites[0] if isinstance(one.suite, SuiteGroup) else one.suite for one in each
        ]
        hosts = [host(cast(Suite, one).job) for one in ours]
        assert hosts == [DATABASE, WORKER, WEB, PROXY["address"]]
        assert [one.host for one in each] == hosts


def test_suite_runs_on_each_host_to_its_end() -> None:
    ran: list[str] = []

    class Suite:
        def __init__(self, of: Job) -> None:
            self._host = host(of)

        def begin(self) -> None: ...
        def stop(self, why: str) -> None: ...
        def close(self) -> None: ...

        def run(self, report: Report) -> None:
            ran.append(self._host)
            raise StepFailed("failed")

    made = job()
    suite: AnySuite = verify.of_each(all_hosts.jobs(made), Suite)

    with pytest.raises(StepFailed, match=rf"^failed: {WORKER} \(.*worker.*\), {WEB} \(web\)"):
        suite.run(made.report)
    assert ran == [WORKER, WEB]


def test_baseline_is_deployed_over_all_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    probed: list[bool] = []

    def deploy(_: Job, *, probe: bool, **__: Any) -> tuple[str, ...]:
        probed.append(probe)
        return ()

    monkeypatch.setattr(rollout, "deploy", deploy)
    saved: list[Level] = []
    vm = SimpleNamespace(issuer=SimpleNamespace(ensure=lambda: None), save=saved.append)
    wanted = Level("deployed", "1")

    deployed.ensure(job(), cast(Vm, vm), wanted, on=Level(PROVISIONED, "1"))

    assert (probed, saved) == ([False], [wanted])


def test_data_is_loaded_for_all_hosts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loading: list[str | None] = []
    monkeypatch.setattr(data_load, "load", lambda of, _: loading.append(of.address))

    seeded.ensure(job(), cast(Vm, None), None, on=None)

    assert loading == [None]
