"""The level with one commit live: what changes it, and when the VM is saved on it."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.fakes import TOP
from tests.unit.repositories import LOCK, commit, git
from tests.unit.staging import Staging
from understudy.cli import main
from understudy.cli.verbs import vm as verbs_vm
from understudy.deploy import deploy_host
from understudy.job import Job
from understudy.rehearsal import deployed, seeded
from understudy.vm.levels import PROVISIONED, Level
from understudy.vm.machine import Vm

BASE = Level(PROVISIONED, "1")


class Stage:
    """A VM that records what is done with it. there: the levels that it has saved."""

    def __init__(self) -> None:
        self.there = {BASE}
        self.notes: list[str] = []

    def reset(self, *wanted: Level) -> Level:
        self.notes.append("reset")
        return next(one for one in (*wanted, BASE) if one in self.there)

    def save(self, level: Level) -> None:
        self.notes.append("save")
        self.there.add(level)

    @property
    def vm(self) -> Vm:
        return cast(Vm, SimpleNamespace(reset=self.reset, save=self.save))


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    monkeypatch.setattr(deploy_host, "deploy", lambda _: stage.notes.append("deploy"))
    return stage


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copytree(TOP / "templates", tmp_path / "templates")
    commit(tmp_path, {"requirements.txt": LOCK, "app.py": "one"})
    return tmp_path


def job_of(repository: Path, **app: Any) -> Job:
    return Staging(repository).job({"source": ".", **app})


def test_level_is_built_once_and_then_restored(repository: Path, stage: Stage) -> None:
    deployed.restore(job_of(repository), stage.vm)
    assert stage.notes == ["reset", "deploy", "save"]
    stage.notes.clear()
    deployed.restore(job_of(repository), stage.vm)
    assert stage.notes == ["reset", "deploy"], "the deploy changes nothing, or repairs what differs"


def test_used_vm_is_not_saved(repository: Path, stage: Stage) -> None:
    job = job_of(repository)
    deployed.ensure(job, stage.vm, deployed.level(job), on=None)
    assert stage.notes == ["deploy"]


def test_another_commit_gives_another_level(repository: Path) -> None:
    before = git(repository, "rev-parse", "HEAD")
    first = deployed.level(job_of(repository))
    commit(repository, {"app.py": "two"})
    assert deployed.level(job_of(repository)) != first
    assert deployed.level(job_of(repository).at(before)) == first


@pytest.mark.parametrize(
    "change",
    [
        {"workers": 7},
        {"environment": {"DEBUG": "1"}},
        {"migrate_commands": [["true"]]},
        {"static_expires": "7d"},
        {"drain_timeout": 7},
    ],
)
def test_inputs_of_the_release_and_of_the_site_change_the_level(
    change: dict[str, Any], repository: Path
) -> None:
    assert deployed.level(job_of(repository, **change)) != deployed.level(job_of(repository))


def test_changed_template_gives_another_level(repository: Path) -> None:
    first = deployed.level(job_of(repository))
    template = repository / "templates" / "nginx.conf.j2"
    template.write_text(template.read_text() + "# more\n")
    # In another directory: a process reads each template once.
    shutil.copytree(repository / "templates", repository / "again" / "templates")
    job = job_of(repository)
    project = type(job.project)(repository / "again", job.project.config_file)
    assert deployed.level(Job(project, job.config, job.target_name, job.report)) != first


@pytest.mark.parametrize("change", [{"keep_releases": 7}, {"check_paths": ["/"]}])
def test_settings_without_effect_on_the_host_keep_the_level(
    change: dict[str, Any], repository: Path
) -> None:
    assert deployed.level(job_of(repository, **change)) == deployed.level(job_of(repository))


def test_changed_template_of_the_report_keeps_the_level(repository: Path) -> None:
    first = deployed.level(job_of(repository))
    (repository / "templates" / "report.html.j2").write_text("another")
    assert deployed.level(job_of(repository)) == first


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ([], "provisioned"),
        (["--level", "provisioned"], "provisioned"),
        (["--level", "deployed"], "deployed"),
        (["--level", "seeded"], "seeded"),
    ],
)
def test_reset_restores_each_level(
    words: list[str], level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resets: list[str] = []
    vm = SimpleNamespace(reset=lambda: resets.append("provisioned"))
    monkeypatch.setattr(verbs_vm, "vm_of", lambda *_: vm)
    monkeypatch.setattr(deployed, "restore", lambda *_: resets.append("deployed"))
    monkeypatch.setattr(seeded, "restore", lambda *_: resets.append("seeded"))

    assert main.main(["reset", *words], TOP) == 0

    assert resets == [level]
