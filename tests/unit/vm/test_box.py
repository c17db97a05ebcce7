"""The box cache: built once for its inputs, again if one changes, and never used half-built."""

from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.mirror_samples import of, production
from understudy.errors import StepFailed
from understudy.host.provisioning import Provisioning
from understudy.paths import Project
from understudy.vm import box as boxes
from understudy.vm.box import Box

RECIPE = Provisioning(
    "echo provision", ("todo", "deploy", "vagrant", "C.UTF-8", "Etc/UTC", "stamp")
)
BUILD = """#!/bin/sh
echo "==> Debian $1"
echo "$@" >>"$0.calls"
[ ! -e "$0.fails" ] || { echo "the mirror does not answer" >&2; exit 1; }
touch "$2" "${2%.box}.lxc.box" "${2%.box}.json"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose build only records its arguments, without sudo."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    build = tmp_path / "provision" / "box" / "build"
    build.parent.mkdir(parents=True)
    build.write_text(BUILD)
    build.chmod(0o755)
    return Project(tmp_path, tmp_path / "deploy.yml", tmp_path)


def calls(project: Project) -> int:
    notes = project.directory / "provision" / "box" / "build.calls"
    return len(notes.read_text().splitlines()) if notes.exists() else 0


def build(project: Project, version: str = "1.1") -> Path:
    # The recorded calls are no input of the build: the version is given.
    box = Box("bookworm", version)
    return boxes.build(project, box, RECIPE, FakeReport())


def test_each_input_changes_the_version(project: Project) -> None:
    versions = {boxes.box_for(project, "bookworm", RECIPE).version}
    versions.add(boxes.box_for(project, "trixie", RECIPE).version)
    versions.add(boxes.box_for(project, "bookworm", None).version)
    other = Provisioning(RECIPE.script, (*RECIPE.arguments[:5], "other stamp"))
    versions.add(boxes.box_for(project, "bookworm", other).version)
    versions.add(boxes.box_for(project, "bookworm", RECIPE, of(production())).version)
    (project.directory / "provision" / "box" / "packages").write_text("nginx")
    versions.add(boxes.box_for(project, "bookworm", RECIPE).version)
    assert len(versions) == 6


def test_same_inputs_give_the_same_version(project: Project) -> None:
    first = boxes.box_for(project, "bookworm", RECIPE)
    assert first == boxes.box_for(project, "bookworm", RECIPE)


def test_box_is_built_once(project: Project) -> None:
    assert build(project) == build(project)
    assert calls(project) == 1


def test_failed_build_shows_its_last_lines_and_is_tried_again(project: Project) -> None:
    fails = project.directory / "provision" / "box" / "build.fails"
    fails.touch()
    with pytest.raises(StepFailed) as raised:
        build(project)
    assert "the mirror does not answer" in raised.value.details
    assert "build.log" in raised.value.hint
    fails.unlink()
    assert build(project).exists()


def test_older_boxes_are_removed(project: Project) -> None:
    catalogs = [build(project, version) for version in ("1.0", "1.1", "1.2")]

    assert [catalog.exists() for catalog in catalogs] == [False, True, True]
    assert list(catalogs[0].parent.glob("bookworm-1.0.*")) == []
    assert len(list(catalogs[0].parent.glob("*.lxc.box"))) == 2


def test_older_box_that_another_run_has_removed_meanwhile_is_no_error(project: Project) -> None:
    catalog = build(project, "1.0")
    # Still listed, and gone when it is looked at.
    (catalog.parent / "bookworm-0.9.json").symlink_to(catalog.parent / "removed")

    assert build(project, "1.1").exists()


def test_archive_is_not_read_without_a_capture(project: Project) -> None:
    build(project)

    notes = project.directory / "provision" / "box" / "build.calls"
    assert notes.read_text().startswith("bookworm ")
