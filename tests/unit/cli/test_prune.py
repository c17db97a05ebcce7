"""prune lists, asks and removes."""

from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport
from understudy.cli import prune
from understudy.errors import Refused
from understudy.paths import Project
from understudy.vm import gone_projects, old_files
from understudy.vm.unused import Unused

BOX = Unused("box", "/boxes/1.2", "understudy/bookworm 1.2", 500_000_000)
VM = Unused("vm", "lxc:old-shop", "container old-shop", 1_000_000)


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> list[Unused]:
    gone: list[Unused] = []
    monkeypatch.setattr(old_files, "find", lambda *_: [BOX])
    monkeypatch.setattr(old_files, "remove", gone.append)
    monkeypatch.setattr(gone_projects, "find", lambda _: [VM])
    monkeypatch.setattr(gone_projects, "remove", lambda _, one: gone.append(one))
    return gone


def run(tmp_path: Path, *, confirmed: bool) -> FakeReport:
    report = FakeReport()
    prune.prune(Project(tmp_path, tmp_path / "deploy.yml"), report, confirmed=confirmed)
    return report


def test_it_lists_what_it_frees_and_removes_it(tmp_path: Path, removed: list[Unused]) -> None:
    report = run(tmp_path, confirmed=True)

    assert report.said == [
        "box  understudy/bookworm 1.2  500.0 MB",
        "vm  container old-shop  1.0 MB",
        "2 that nothing needs: 501.0 MB",
        "501.0 MB are free again",
    ]
    assert removed == [BOX, VM]


def test_it_removes_nothing_without_a_yes(tmp_path: Path, removed: list[Unused]) -> None:
    with pytest.raises(Refused, match=r"frees 501\.0 MB"):
        run(tmp_path, confirmed=False)

    assert removed == []


def test_nothing_unused_is_no_question(
    tmp_path: Path, removed: list[Unused], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old_files, "find", lambda *_: [])
    monkeypatch.setattr(gone_projects, "find", lambda _: [])

    assert run(tmp_path, confirmed=False).said == ["no box, image, VM or cache is unused"]
