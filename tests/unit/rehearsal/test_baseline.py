"""The baseline of a rehearsal: read from production without a change; errors are only a reason."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, FakeConnection, config, manifest
from tests.unit.repositories import LOCK, commit, git
from tests.unit.staging import QUERY, Staging, changes, lines_of
from understudy.config.processes import Process
from understudy.errors import Unreachable
from understudy.job import Job
from understudy.rehearsal import baseline, deployed
from understudy.rehearsal.baseline import Baseline


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copytree(TOP / "templates", tmp_path / "templates")
    commit(tmp_path, {"requirements.txt": LOCK, "app.py": "one"})
    return tmp_path


@pytest.fixture
def staging(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Staging:
    staging = Staging(repository)
    monkeypatch.setattr(baseline, "SshConnection", staging.connect)
    return staging


def job_of(staging: Staging, stands_for: str = "staging", **app: Any) -> Job:
    job = staging.job({"source": ".", **app})
    vm = job.config.vm.model_copy(update={"stands_for": stands_for})
    return Job(job.project, job.config.model_copy(update={"vm": vm}), "staging", job.report)


def live(staging: Staging, sha: str, *runs: str) -> FakeConnection:
    """runs: lines of the release's file `processes`."""
    release = replace(manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00"), commit=sha)
    file = f"/srv/shop/releases/{release.id}/processes"
    lines = (*lines_of(release, current=release.id), *(f"line\t{file}\t{run}" for run in runs))
    host = FakeConnection({QUERY: staging.facts(*lines, stamp="")})
    staging.hosts["deploy"] = host
    return host


def test_baseline_is_productions_live_commit(staging: Staging, repository: Path) -> None:
    old = git(repository, "rev-parse", "HEAD")
    commit(repository, {"app.py": "two"})
    host = live(staging, old)

    found = baseline.find(job_of(staging))

    assert (found.commit, found.reason) == (old, "")
    assert found.level == deployed.level(job_of(staging).at(old))
    assert changes(host) == []


def test_baseline_runs_the_processes_that_production_runs(
    staging: Staging, repository: Path
) -> None:
    """The code of one that is new in deploy.yml may come with the candidate."""
    old = git(repository, "rev-parse", "HEAD")
    commit(repository, {"app.py": "two"})
    live(staging, old, "worker 1 many 3")
    job = job_of(staging)
    processes = {name: Process(command=(name,)) for name in ("worker", "beat")}
    job = replace(job, config=job.config.model_copy(update={"processes": processes}))

    found = baseline.find(job)

    its = found.job(job)
    assert set(its.config.processes) == {"worker"}
    assert its.config.app.revision == old
    assert found.level == deployed.level(its) != deployed.level(job.at(old))


def test_baseline_is_read_from_the_first_of_several_hosts(
    staging: Staging, repository: Path
) -> None:
    old = git(repository, "rev-parse", "HEAD")
    commit(repository, {"app.py": "two"})
    staging.hosts["deploy@192.0.2.8"] = live(staging, old)
    staging.hosts["deploy"] = Unreachable("not the first")
    job = job_of(staging, "production")
    several = config(target={"addresses": ["192.0.2.8", "192.0.2.9"]}).target("staging")
    targets = {**job.config.targets, "production": several}

    found = baseline.find(replace(job, config=job.config.model_copy(update={"targets": targets})))

    assert found.commit == old


def test_candidate_that_is_live_already_is_no_baseline(staging: Staging, repository: Path) -> None:
    live(staging, git(repository, "rev-parse", "HEAD"))
    assert "the same commit" in baseline.find(job_of(staging)).reason


def test_commit_that_git_does_not_have_is_no_baseline(staging: Staging) -> None:
    live(staging, "0123456789" * 4)
    assert baseline.find(job_of(staging)).reason.startswith("git rev-parse failed")


def test_production_without_a_live_release_has_no_baseline(staging: Staging) -> None:
    staging.hosts["deploy"] = FakeConnection({QUERY: staging.facts(stamp="")})
    assert baseline.find(job_of(staging)).reason == "no release is live on staging yet"


def test_production_that_does_not_answer_has_no_baseline(staging: Staging) -> None:
    staging.hosts["deploy"] = Unreachable("no SSH connection")
    assert baseline.find(job_of(staging)) == Baseline(reason="no SSH connection")


def test_missing_target_has_no_baseline(staging: Staging) -> None:
    assert "no target production" in baseline.find(job_of(staging, "production")).reason
