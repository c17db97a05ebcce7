"""The history is whole at every moment, and its cache is only a cache."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.fakes import TEMPLATES
from tests.unit.records import FAILED, PASSED
from understudy.report import history_store
from understudy.report.record import Record, Verdict


def report(folder: Path, name: str, record: Record = PASSED) -> Path:
    written = folder / name
    written.mkdir(parents=True)
    (written / "report.json").write_text(json.dumps(record.to_json()))
    return written


def test_report_is_read_once(tmp_path: Path) -> None:
    written = report(tmp_path, "1")
    history_store.write(tmp_path, TEMPLATES, [written])
    (written / "report.json").unlink()

    [entry] = history_store.read(tmp_path, [written])

    assert (entry.name, entry.seconds, entry.passed) == ("1", PASSED.seconds, 2)


def test_report_that_another_run_wrote_meanwhile_is_added(tmp_path: Path) -> None:
    first = report(tmp_path, "1")
    history_store.write(tmp_path, TEMPLATES, [first])
    second = report(tmp_path, "2", FAILED)

    history_store.write(tmp_path, TEMPLATES, [second, first])

    assert [one.verdict for one in history_store.read(tmp_path, [second, first])] == [
        "failed",
        "passed",
    ]
    text = (tmp_path / "index.html").read_text()
    assert text.index('href="2/index.html"') < text.rindex('href="1/index.html"')


def test_report_that_was_written_again_is_read_again(tmp_path: Path) -> None:
    written = report(tmp_path, "1")
    history_store.write(tmp_path, TEMPLATES, [written])
    (written / "report.json").write_text(json.dumps(FAILED.to_json()))

    history_store.write(tmp_path, TEMPLATES, [written], changed="1")

    assert [one.verdict for one in history_store.read(tmp_path, [written])] == ["failed"]


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"name": "1", "colour": "red"}]'])
def test_damaged_cache_is_made_again(content: str, tmp_path: Path) -> None:
    written = report(tmp_path, "1")
    (tmp_path / history_store.CACHE).write_text(content)

    assert [one.name for one in history_store.read(tmp_path, [written])] == ["1"]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"began": 1, "attachments": null}'])
def test_damaged_report_is_left_out(content: str, tmp_path: Path) -> None:
    written = report(tmp_path, "1")
    (written / "report.json").write_text(content)

    assert history_store.read(tmp_path, [written]) == []


@pytest.mark.parametrize(("verdict", "count"), [("failed", 0), ("interrupted", 0), ("passed", 1)])
def test_run_that_never_began_does_not_count(verdict: str, count: int, tmp_path: Path) -> None:
    written = report(tmp_path, "1", replace(FAILED, verdict=Verdict(verdict), phases=()))
    begun = report(tmp_path, "2", FAILED)

    assert len(history_store.read(tmp_path, [written])) == count
    assert len(history_store.read(tmp_path, [begun])) == 1


def test_nothing_but_the_two_files_is_left(tmp_path: Path) -> None:
    history_store.write(tmp_path, TEMPLATES, [])

    assert {path.name for path in tmp_path.iterdir()} == {"index.html", ".history.json"}
    assert [path for path in tmp_path.iterdir() if path.stat().st_mode & 0o077] == []
