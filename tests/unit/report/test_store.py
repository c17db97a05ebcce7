"""The directory reports/ lists complete reports only, and keeps the newest."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.fakes import TEMPLATES
from tests.unit.pictures import drawn
from tests.unit.records import EMPTY, FAILED, PASSED
from understudy.report import page
from understudy.report import store as report_store
from understudy.report.record import Record


def write(folder: Path, record: Record = PASSED) -> Path:
    """Writes a report with one screenshot."""
    pages = folder.parent / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "test_logo-1.5-.png").write_bytes(drawn((0, 0, int(record.seconds), 50)))
    return report_store.write(folder, TEMPLATES, record, pages)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def later(record: Record, minute: int) -> Record:
    return replace(record, began=f"2026-03-04T06:{minute:02}:07+00:00")


def test_a_report_has_all_its_files(folder: Path) -> None:
    written = write(folder)

    assert written == folder / "20260304-050607-rehearse-vagrant/index.html"
    names = {path.name for path in written.parent.iterdir()}
    assert names == {"index.html", "report.json", "junit.xml", "receipt.json", "pages"}
    assert json.loads((written.parent / "report.json").read_text())["verdict"] == "passed"
    assert "data:image/webp;base64," in written.read_text()


def test_only_the_user_can_read_a_report(folder: Path) -> None:
    before = os.umask(0)
    write(folder)
    os.umask(before)

    paths = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
    assert [path for path in paths if path.stat().st_mode & 0o077] == []


def test_a_run_without_browser_tests_has_no_pictures(folder: Path) -> None:
    """Screenshots of an earlier run may still be there."""
    written = write(folder, EMPTY)

    assert {path.name for path in written.parent.iterdir()} == {
        "index.html",
        "report.json",
        "junit.xml",
    }


def test_latest_is_the_newest_and_a_relative_link(folder: Path) -> None:
    write(folder)
    written = write(folder, later(FAILED, 1))

    found = report_store.latest(folder)

    assert found
    assert (found.page, found.verdict, found.seconds) == (written, "failed", 57.0)
    assert (folder / "latest").resolve() == written.parent
    assert not (folder / "latest").readlink().is_absolute()


def test_runs_of_the_same_second_have_separate_reports(folder: Path) -> None:
    assert len({write(folder), write(folder), write(folder)}) == 3
    assert len(report_store.list_all(folder)) == 3


def test_an_incomplete_report_is_never_the_latest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write(folder)

    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(page, "render", killed)
    with pytest.raises(KeyboardInterrupt):
        write(folder, later(PASSED, 1))

    found = report_store.latest(folder)
    assert found
    assert found.page == whole
    assert (folder / "latest").resolve() == whole.parent


def test_the_oldest_reports_are_removed_and_other_files_stay(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_store, "MOST_REPORTS", 3)
    (folder / "browser").mkdir(parents=True)
    (folder / "20200101-000000-deploy-x.new").mkdir()
    for minute in range(report_store.MOST_REPORTS + 2):
        write(folder, later(EMPTY, minute))

    kept = report_store.list_all(folder)

    assert len(kept) == report_store.MOST_REPORTS
    assert kept[0].began > kept[-1].began > datetime(2026, 3, 4, 6, 1, tzinfo=UTC)
    assert {path.name for path in folder.iterdir() if not path.name.startswith("2026")} == {
        "browser",
        "latest",
        "index.html",
        ".history.json",
    }


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"began": 1'])
def test_a_damaged_report_is_not_listed(content: str, folder: Path) -> None:
    written = write(folder)
    (written.parent / "report.json").write_text(content)

    assert report_store.list_all(folder) == []


def test_without_reports_there_is_no_latest(folder: Path) -> None:
    assert report_store.latest(folder) is None


def test_each_run_is_added_to_the_history_which_lists_those_that_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_store, "MOST_REPORTS", 2)
    names = [write(folder, later(FAILED, minute)).parent.name for minute in range(3)]

    text = (folder / "index.html").read_text()

    assert [name for name in names if f'href="{name}/index.html"' in text] == names[1:]


def test_page_compares_its_duration_with_the_runs_before(folder: Path) -> None:
    for minute in range(3):
        write(folder, replace(later(PASSED, minute), seconds=50.0))

    text = write(folder, replace(later(PASSED, 3), seconds=90.0)).read_text()

    assert "slower than usual, which is 50 s" in text
    assert 'href="../index.html">All runs' in text


def test_pictures_are_compared_with_the_last_passed_rehearsal(folder: Path) -> None:
    write(folder, replace(later(PASSED, 1), seconds=20))
    write(folder, later(FAILED, 2))
    write(folder, replace(later(PASSED, 3), verb="verify"))

    same = write(folder, replace(later(PASSED, 4), seconds=20)).read_text()
    other = write(folder, replace(later(PASSED, 5), seconds=90)).read_text()

    assert "0 of 1 changed since the last passed rehearsal" in same
    assert "% changed" not in same
    assert "1 of 1 changed since" in other
    assert "% changed" in other
