"""The level with pulled data: what changes it, and when the VM is saved on it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from tests.unit.fakes import TOP
from tests.unit.recording_vm import BASE, RecordingVm, job_of
from tests.unit.rehearsals import PULLED
from tests.unit.repositories import LOCK, commit
from understudy.data import bundle
from understudy.data import load as data_load
from understudy.data.bundle import DataBundle
from understudy.data.rewrite_check import Leftover
from understudy.deploy import deploy_host
from understudy.errors import Refused, StepFailed
from understudy.job import Job
from understudy.rehearsal import deployed, seeded


@pytest.fixture
def vm(monkeypatch: pytest.MonkeyPatch) -> RecordingVm:
    vm = RecordingVm()
    monkeypatch.setattr(deploy_host, "deploy", vm.deploy)
    monkeypatch.setattr(data_load, "load", lambda _, source: vm.calls.append(f"load {source}"))
    monkeypatch.setattr(data_load, "find", lambda *_: PULLED)
    return vm


@pytest.fixture
def job(tmp_path: Path) -> Job:
    shutil.copytree(TOP / "templates", tmp_path / "templates")
    commit(tmp_path, {"requirements.txt": LOCK, "app.py": "one"})
    return job_of(tmp_path)


def test_level_is_built_once_and_then_restored(job: Job, vm: RecordingVm) -> None:
    seeded.restore(job, vm.as_vm)
    assert vm.calls == ["reset", "deploy", "save", "load staging", "save"]
    below = deployed.level(job)
    assert vm.saved == {BASE, below, seeded.level(below, PULLED)}
    vm.calls.clear()
    seeded.restore(job, vm.as_vm)
    assert vm.calls == ["reset", "deploy"], "the deploy changes nothing, or repairs what differs"


def test_level_below_is_restored_without_the_data(job: Job, vm: RecordingVm) -> None:
    seeded.restore(job, vm.as_vm)
    vm.calls.clear()
    deployed.restore(job, vm.as_vm)
    assert vm.calls == ["reset", "deploy"]


def test_newly_pulled_data_is_loaded_onto_the_same_deploy(
    job: Job, vm: RecordingVm, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded.restore(job, vm.as_vm)
    vm.calls.clear()
    monkeypatch.setattr(data_load, "find", lambda *_: replace(PULLED, digest="2"))
    seeded.restore(job, vm.as_vm)
    assert vm.calls == ["reset", "deploy", "load staging", "save"]


def test_data_loaded_onto_a_used_vm_is_not_saved(job: Job, vm: RecordingVm) -> None:
    seeded.ensure(job, vm.as_vm, seeded.level(BASE, PULLED), on=None)
    assert vm.calls == ["load staging"]


def test_data_with_names_of_production_fails_and_is_not_saved(
    job: Job, vm: RecordingVm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_load, "load", lambda *_: (Leftover("blog_post", "body", 12),))

    with pytest.raises(StepFailed, match="1 column of staging with names of staging") as raised:
        seeded.ensure(job, vm.as_vm, seeded.level(BASE, PULLED), on=BASE)

    assert raised.value.details == "blog_post.body: 12 rows"
    assert vm.calls == []


def test_other_rules_for_names_give_another_level() -> None:
    assert seeded.level(BASE, replace(PULLED, rewriting="1")) != seeded.level(BASE, PULLED)


def test_data_on_a_deploy_without_a_level_is_not_saved(job: Job, vm: RecordingVm) -> None:
    seeded.ensure(job, vm.as_vm, None, on=BASE)
    assert vm.calls == ["load staging"]


def test_another_deploy_or_other_data_gives_another_level(job: Job, tmp_path: Path) -> None:
    below = deployed.level(job)
    first = seeded.level(below, PULLED)
    commit(tmp_path, {"app.py": "two"})
    assert seeded.level(deployed.level(job), PULLED) != first
    assert seeded.level(below, replace(PULLED, digest="2")) != first
    assert seeded.level(below, PULLED) == first


def test_vm_is_not_touched_without_data(
    job: Job, vm: RecordingVm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(*_: object) -> DataBundle:
        raise Refused("no data was pulled from production", hint="python deploy.py data pull")

    monkeypatch.setattr(data_load, "find", find)
    with pytest.raises(Refused):
        seeded.restore(job, vm.as_vm)
    assert vm.calls == []
    found = seeded.find(job)
    assert (found.reason, found.enable) == (
        "no data was pulled from production",
        "python deploy.py data pull",
    )


def test_digest_is_that_of_the_pulled_data(job: Job) -> None:
    digests = []
    for content in (b"1", b"2", b"2"):
        with bundle.new(job, "production") as directory:
            (directory / "shop.sqlite3.sealed").write_bytes(content)
            bundle.keep(job, PULLED)
        digests.append(bundle.find(job, "production").digest)
    first, second, third = digests
    assert first != second == third


def test_two_pulls_wait_for_each_other(job: Job) -> None:
    """A pull begins by removing what an earlier one left."""

    def pull(number: int) -> bool:
        with bundle.new(job, "production") as directory:
            (directory / "shop.sqlite3.sealed").write_bytes(bytes([number]))
            sleep(0.01)
            found = [file.read_bytes() for file in directory.iterdir()]
            bundle.keep(job, PULLED)
        return found == [bytes([number])]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(pull, range(8)))
