"""The level with one commit live: what changes it, and when the VM is saved on it."""

import shutil
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.fakes import TOP
from tests.unit.recording_vm import BASE, RecordingVm, job_of
from tests.unit.repositories import LOCK, commit, git
from understudy.cli import main
from understudy.cli.verbs import vm as verbs_vm
from understudy.deploy import deploy_host, rollout
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.rehearsal import deployed, seeded


@pytest.fixture
def vm(monkeypatch: pytest.MonkeyPatch) -> RecordingVm:
    vm = RecordingVm()
    monkeypatch.setattr(deploy_host, "deploy", vm.deploy)
    return vm


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copytree(TOP / "templates", tmp_path / "templates")
    commit(tmp_path, {"requirements.txt": LOCK, "app.py": "one"})
    return tmp_path


def test_level_is_built_once_and_then_restored(repository: Path, vm: RecordingVm) -> None:
    deployed.restore(job_of(repository), vm.as_vm)
    assert vm.calls == ["reset", "deploy", "save"]
    vm.calls.clear()
    deployed.restore(job_of(repository), vm.as_vm)
    assert vm.calls == ["reset", "deploy"], "the deploy changes nothing, or repairs what differs"


def test_used_vm_is_not_saved(repository: Path, vm: RecordingVm) -> None:
    job = job_of(repository)
    deployed.ensure(job, vm.as_vm, deployed.level(job), on=None)
    assert vm.calls == ["deploy"]


@pytest.mark.parametrize(
    ("another", "calls"),
    [(None, ["deploy", "save"]), (StepFailed("it would get a certificate"), ["deploy"])],
)
def test_vm_on_which_a_step_has_failed_is_not_saved(
    another: StepFailed | None,
    calls: list[str],
    repository: Path,
    vm: RecordingVm,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deploy(_: Job) -> list[str]:
        vm.calls.append("deploy")
        return ["a warning"]

    def require_converged(_: Job) -> None:
        if another:
            raise another

    monkeypatch.setattr(deploy_host, "deploy", deploy)
    monkeypatch.setattr(rollout, "require_converged", require_converged)
    job = job_of(repository)

    deployed.ensure(job, vm.as_vm, deployed.level(job), on=BASE)

    assert vm.calls == calls


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
    vm = SimpleNamespace(reset=lambda: resets.append("provisioned"), issuer=nullcontext())
    monkeypatch.setattr(verbs_vm, "vm_of", lambda *_: vm)
    monkeypatch.setattr(deployed, "restore", lambda *_: resets.append("deployed"))
    monkeypatch.setattr(seeded, "restore", lambda *_: resets.append("seeded"))

    assert main.main(["reset", *words], TOP) == 0

    assert resets == [level]
