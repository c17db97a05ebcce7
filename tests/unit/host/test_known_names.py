"""Names are kept for the shell, and never in the way of a verb."""

from pathlib import Path

import pytest

from understudy.host import known_names
from understudy.host.known_names import BACKUPS, RELEASES
from understudy.paths import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path, tmp_path / "deploy.yml")
    made.known.mkdir(parents=True)
    return made


def test_names_are_kept_by_target_and_kind_the_newest_first(project: Project) -> None:
    known_names.keep(project, "a", RELEASES, ["r1", "r3", "r2"])
    known_names.keep(project, "a", BACKUPS, ["b1"])
    known_names.keep(project, "b", RELEASES, (f"r{number:03}" for number in range(99)))

    assert known_names.kept(project, "a", RELEASES) == ["r3", "r2", "r1"]
    assert known_names.kept(project, "a", BACKUPS) == ["b1"]
    assert known_names.kept(project, "b", RELEASES)[:2] == ["r098", "r097"]
    assert len(known_names.kept(project, "b", RELEASES)) == 50
    assert known_names.kept(project, "b", BACKUPS) == []


def test_file_that_can_not_be_read_or_written_is_no_error(project: Project) -> None:
    file = project.known / "names-a.json"
    for text in ("{", "[]"):
        file.write_text(text)
        assert known_names.kept(project, "a", RELEASES) == []
    file.unlink()
    file.mkdir()

    known_names.keep(project, "a", RELEASES, ["r1"])


def test_nothing_is_left_in_a_folder_in_which_nothing_was_begun(tmp_path: Path) -> None:
    known_names.keep(Project(tmp_path, tmp_path / "deploy.yml"), "a", RELEASES, ["r1"])

    assert list(tmp_path.iterdir()) == []
