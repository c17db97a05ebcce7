"""Each run leaves a report, and writing it never changes the run's exit code."""

import os
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.records import EMPTY, FAILED, PASSED
from understudy.cli import reports as cli_reports
from understudy.errors import INTERRUPTED, StepFailed
from understudy.paths import Project
from understudy.report import store as report_store
from understudy.report.gallery import Picture
from understudy.report.recorder import Recorder

CONFIG = """\
app:
  name: shop
  source: .
  module: shop.wsgi:application
  environment: {API_TOKEN: from-the-file}
targets:
  staging:
    domain: shop.test
    address: 192.0.2.7
    admin: debian
    environment: {DATABASE_URL: "postgres://shop:in-a-url@db/shop"}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "deploy.yml").write_text(CONFIG)
    # Templates of another directory would have to be compiled again.
    return Project(tmp_path, tmp_path / "deploy.yml")


def ran(project: Project, run: Callable[[Recorder], int], verb: str = "rehearse") -> list[str]:
    """Runs it with a recorder. Returns the messages and warnings."""
    behind = FakeReport()
    recorder = cli_reports.recorder(behind, verb, "staging")
    cli_reports.run_and_write(project, recorder, lambda: run(recorder))
    return behind.said + behind.warnings


@pytest.mark.parametrize(
    ("code", "verdict"),
    [(0, "passed"), (1, "failed"), (3, "failed"), (4, "failed"), (INTERRUPTED, "interrupted")],
)
def test_the_verdict_follows_from_the_exit_code(code: int, verdict: str, project: Project) -> None:
    [said] = ran(project, lambda _: code)

    [written] = report_store.list_all(project.reports)
    assert written.verdict == verdict
    assert said == f"report: reports/{written.directory.name}/index.html"


def test_a_passed_deploy_does_not_print_where_its_report_is(project: Project) -> None:
    assert ran(project, lambda _: 0, "deploy") == []
    assert len(ran(project, lambda _: 1, "deploy")) == 1


def test_a_wrong_command_line_leaves_no_report(project: Project) -> None:
    assert ran(project, lambda _: 2) == []
    assert not project.reports.exists()


def test_a_bug_is_raised_and_recorded_as_a_failure(project: Project) -> None:
    def bug(_: Recorder) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ran(project, bug)

    assert report_store.list_all(project.reports)[0].verdict == "failed"


@pytest.mark.parametrize("code", [0, 1])
def test_a_report_that_cannot_be_written_is_only_a_warning(code: int, project: Project) -> None:
    project.reports.write_text("in the way")
    behind = FakeReport()

    answer = cli_reports.run_and_write(
        project, cli_reports.recorder(behind, "rehearse", "staging"), lambda: code
    )

    assert answer == code
    [warning] = behind.warnings
    assert warning.startswith("the report could not be written: ")


def test_no_file_of_a_report_holds_a_secret(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_TOKEN", "from-the-shell")
    secrets = ("from-the-file", "from-the-shell", "in-a-url")

    def leak(recorder: Recorder) -> int:
        for secret in secrets:
            recorder.say(f"it is {secret}!")
            recorder.attach("receipt", {"leak": secret})
            recorder.error(StepFailed(secret, secret, secret, secret))
        return 1

    ran(project, leak)

    [written] = report_store.list_all(project.reports)
    files = [path for path in written.directory.rglob("*") if path.is_file()]
    assert len(files) == 4
    for path in files:
        assert not [secret for secret in secrets if secret in path.read_text()], path
    assert "it is ***!" in written.page.read_text()


def test_what_a_report_needs_is_prepared_once_and_while_the_second_step_runs(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, done = list[bool](), Event()

    def prepare(_: Project, *, written: bool) -> None:
        prepared.append(written)
        done.set()
        raise OSError("a failure here is none of the run")

    monkeypatch.setattr(cli_reports, "prepare", prepare)

    def steps(recorder: Recorder) -> int:
        with recorder.step("upload"):
            assert not prepared
        with recorder.step("migrate"):
            assert done.wait(10)
        with recorder.step("start"):
            pass
        return 0

    ran(project, steps, "deploy")

    assert prepared == [True]
    assert report_store.list_all(project.reports)[0].verdict == "passed"


def test_screenshots_are_compared_once_and_while_the_run_waits(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared, done = Event(), list[str]()

    def pictures(*_: Path) -> list[Picture]:
        done.append("compared")
        compared.set()
        return [Picture("test_logo", b"png")]

    monkeypatch.setattr(report_store, "pictures", pictures)

    def waiting(recorder: Recorder) -> int:
        recorder.attach("pages", {"test_logo": {}})
        recorder.prepare_pictures()
        assert compared.wait(10)
        return 0

    ran(project, waiting)

    assert done == ["compared"]
    [written] = report_store.list_all(project.reports)
    assert "data:image/webp;base64,cG5n" in written.page.read_text()


def test_history_is_opened_with_all_that_ran_also_before_there_was_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project)
    for name in ("index.html", ".history.json"):
        (project.reports / name).unlink()
    monkeypatch.setitem(os.environ, "DISPLAY", "")
    report = FakeReport()

    cli_reports.open_history(project, report)

    assert report.said == ["reports/index.html"]
    assert (project.reports / "index.html").read_text().count("<tr class=") == 2


def write(project: Project) -> None:
    for minute, record in enumerate((PASSED, FAILED, EMPTY)):
        at = replace(record, began=f"2026-03-04T06:0{minute}:07+00:00")
        report_store.write(project.reports, project.templates, at, project.pages)


def test_the_list_has_a_line_for_each_report_the_newest_first(project: Project) -> None:
    write(project)
    report = FakeReport()

    cli_reports.list_reports(project, report)

    assert [line.split()[2:6] for line in report.said] == [
        ["deploy", "production", "interrupted", "0"],
        ["rehearse", "vagrant", "failed", "57"],
        ["rehearse", "vagrant", "passed", "117"],
    ]
    assert report.said[2].endswith("s  reports/20260304-060007-rehearse-vagrant/index.html")


@pytest.mark.parametrize(
    "show", [cli_reports.list_reports, cli_reports.open_latest, cli_reports.open_history]
)
def test_without_a_report_the_command_that_writes_one_is_shown(
    show: Callable[[Project, FakeReport], None], project: Project
) -> None:
    with pytest.raises(StepFailed, match="rehearse"):
        show(project, FakeReport())


@pytest.mark.parametrize(
    ("screen", "opens", "said"), [("", True, 1), (":0", True, 0), (":0", False, 1)]
)
def test_the_latest_report_is_opened_if_there_is_a_screen(
    screen: str, opens: bool, said: int, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project)
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return opens

    monkeypatch.setattr(webbrowser, "open", browse)
    monkeypatch.setitem(os.environ, "DISPLAY", screen)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    report = FakeReport()

    cli_reports.open_latest(project, report)

    assert len(report.said) == said
    assert bool(opened) is bool(screen)
    assert all(url.startswith("file:///") for url in opened)
