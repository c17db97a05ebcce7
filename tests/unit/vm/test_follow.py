"""The VM follows production's capture: built by it, rebuilt if what matters changes, and reported."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.unit.mirror_samples import PRODUCTION, production, with_entries
from tests.unit.virtual_machine import Machine
from understudy.errors import ConfigError, StepFailed
from understudy.vm import follow
from understudy.vm.machine import Vm
from understudy.vm.mirror.machine import Capacity

# Without kernel settings: there is no kernel here to check them.
QUIET = production(sysctl={})


@pytest.fixture
def large(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A VM on a machine that is large enough for production's size."""
    monkeypatch.setattr(follow, "capacity", lambda: Capacity(memory=32768, cpus=8))
    return machine


def shape(machine: Machine) -> dict[str, object]:
    """What the Vagrantfile reads."""
    file = machine.project.state / "vm" / "understudy" / "like-production.json"
    read: dict[str, object] = json.loads(file.read_text())
    return read


def said(machine: Machine) -> str:
    return "\n".join(machine.report.said)


def report(machine: Machine) -> Path:
    return machine.project.reports / "unmatched.txt"


def test_vm_without_a_capture_is_as_deploy_yml_says(machine: Machine) -> None:
    machine.vm().up()

    assert shape(machine) == {}
    assert not (machine.project.directory / "like").exists()
    assert "mirrors" not in said(machine)


def test_vm_follows_the_capture_and_reports_it(large: Machine) -> None:
    large.capture(QUIET)

    large.vm().up()

    assert shape(large) == {"release": "bookworm", "memory": 4096, "cpus": 4}
    assert "the VM mirrors provision/production.lock.yml: bookworm, 4096 MiB" in said(large)
    assert "0 of 2 packages" in said(large)
    assert "1.22.1-9+deb12u2" in report(large).read_text()
    assert large.report.attached["drift"] == report(large).read_text().splitlines()


def test_box_gets_settings_versions_and_packages(large: Machine) -> None:
    large.capture(QUIET)

    large.vm().up()

    folder = large.project.directory / "like"
    settings = folder / "root/etc/understudy/like-production"
    assert "TIMEZONE=Europe/Berlin" in settings.read_text()
    assert (folder / "preferences").read_text() == "", "the archive has one version of nginx"
    assert (folder / "packages").read_text() == "", "the archive does not have redis-server"


def test_second_up_builds_nothing_and_reports_the_same(large: Machine) -> None:
    large.capture(QUIET)
    large.vm().up()
    large.vagrant_calls()
    first = large.report.said.copy()

    large.vm().up()

    assert large.vagrant_calls() == []
    assert large.report.said[-2:] == first[-2:]


@pytest.mark.parametrize(
    ("section", "entry", "calls"),
    [
        ("observed", {"clock": "behind by about 3 s"}, []),
        ("memory", {"total": "970 MiB"}, ["destroy", "up"]),
        ("cpu", {"count": "1"}, ["destroy", "up"]),
        ("time", {"zone": "Etc/UTC"}, ["box", "destroy", "up"]),
    ],
)
def test_vm_is_rebuilt_only_if_what_it_follows_changes(
    section: str, entry: dict[str, str], calls: list[str], large: Machine
) -> None:
    large.capture(QUIET)
    large.vm().up()
    large.vagrant_calls()

    large.capture(production(**{"sysctl": {}, section: {**PRODUCTION[section], **entry}}))
    large.vm().up()

    assert large.vagrant_calls() == calls


def test_vm_is_as_deploy_yml_says_once_the_capture_is_removed(large: Machine) -> None:
    large.capture(QUIET)
    large.vm().up()
    (large.project.directory / "provision" / "production.lock.yml").unlink()

    large.vm().up()

    assert shape(large) == {}


def test_damaged_capture_stops_up_but_not_destroy(
    large: Machine,
) -> None:
    large.capture(QUIET)
    large.vm().up()
    file = large.project.directory / "provision" / "production.lock.yml"
    file.write_text(file.read_text()[:200])

    with pytest.raises(ConfigError, match=r"production\.lock\.yml"):
        large.vm().up()

    large.vm().destroy()
    assert large.state == ""


def test_unknown_distribution_is_refused_before_anything_is_built(large: Machine) -> None:
    large.capture(with_entries("os", name="ubuntu 25.10"))

    with pytest.raises(ConfigError, match="production runs ubuntu"):
        large.vm().up()

    assert large.vagrant_calls() == []


def test_archive_that_does_not_answer_is_an_error_with_its_output(large: Machine) -> None:
    large.capture(QUIET)
    archive = large.project.directory / "provision" / "box" / "archive"
    archive.write_text("#!/bin/sh\necho 'E: no Release file' >&2; exit 100\n")

    with pytest.raises(StepFailed, match="archive") as raised:
        large.vm().up()

    assert "no Release file" in raised.value.details


def test_vm_smaller_than_production_is_warned_of(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "capacity", lambda: Capacity(memory=4096, cpus=8))
    machine.capture(QUIET)

    machine.vm().up()

    assert shape(machine)["memory"] == 2048
    assert "half of this machine's" in machine.report.warnings[0]
    assert "half of this machine's" in report(machine).read_text()


def test_vm_whose_box_was_removed_comes_up(large: Machine) -> None:
    large.capture(QUIET)
    large.vm().up()
    before = report(large).read_text()
    shutil.rmtree(Path(os.environ["VAGRANT_HOME"]) / "boxes")

    large.vm().up()

    assert large.report.said[-1].startswith("the VM mirrors provision/production.lock.yml")
    assert report(large).read_text() == before


def test_unmatched_file_is_removed_once_everything_matches(large: Machine) -> None:
    large.capture(QUIET)
    large.vm().up()
    assert report(large).exists()

    large.capture(production(sysctl={}, packages={"nginx": "1.22.1-9"}, manual={}))
    large.vm().up()

    assert "1 of 1 package" in said(large)
    assert not report(large).exists()


def test_kernel_settings_are_checked_once_after_the_vm_is_built(
    large: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []
    monkeypatch.setattr(Vm, "_report_refused_settings", lambda self: checked.append(self))
    large.capture(production())

    large.vm().up()
    large.vm().up()

    assert len(checked) == 1
