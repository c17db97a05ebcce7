"""Both suites run to their end, and a failure of either is the result."""

import configparser
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, FakeReport, config, manifest, settings
from understudy.config.model import Config
from understudy.errors import StepFailed, SuiteFailed
from understudy.job import Job
from understudy.paths import Project
from understudy.rehearsal import site_proxy
from understudy.rehearsal.verify import verify

PYTEST = """\
#!/bin/bash
echo "$*" >>calls
echo "the log of a test"
echo "1 test done"
for word; do case "$word" in
--junitxml=*) printf '%s' "$RESULTS" >"${word#*=}" ;;
--channel=*) channel=${word#*=} ;;
*/pages) mkdir -p "$word" && echo png >"$word/test_b.png" && echo "SEVERE" >"$word/test_b.log" ;;
esac; done
case "$*" in *"$FAILING"*)
    printf '["test_a", "no disk"]\\n["test_b", "no"]\\n' >&$channel
    exit ${CODE-1} ;;
esac
"""


LIVE = manifest("c0ffee00-live", "2024-02-01T00:00:00+00:00")


@pytest.fixture(autouse=True)
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    """verify asks the host for it first."""
    monkeypatch.setattr("understudy.rehearsal.tested.report", lambda job: LIVE)


@pytest.fixture(autouse=True)
def _pytest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in place of Python with pytest: it records its arguments, and fails on demand."""
    (tmp_path / "functional_tests").mkdir()
    (tmp_path / "python").write_text(PYTEST)
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(site_proxy, "resolves", lambda _: True)
    monkeypatch.setenv("FAILING", "none")
    monkeypatch.setenv("RESULTS", '<testsuite><testcase name="test_b" time="1.5"/></testsuite>')


def verified(
    directory: Path, *commands: str, slow: bool = False, **target: Any
) -> tuple[FakeReport, list[str]]:
    """What was reported, and the calls of pytest. commands: verify.commands."""
    report = FakeReport()
    project = Project(directory, directory / "a deploy.yml")
    given = settings(target={"mail": "off", **target})
    made = Config.model_validate(given | {"verify": {"commands": [*commands]}})
    try:
        verify(Job(project, made, "staging", report), slow=slow)
    except StepFailed as error:
        report.errors.append(error)
    return report, calls(directory)


def calls(directory: Path) -> list[str]:
    """The calls of pytest, in the order of the suites: each begins while the one before it still runs."""

    def place(call: str) -> int:
        order = ("-m reboots", "functional_tests", "checks.ini", f"{directory}/tests/host")
        return -next((number for number, words in enumerate(order) if words in call), len(order))

    return sorted((directory / "calls").read_text().splitlines(), key=place)


def test_suites_and_report_name_the_host_if_there_are_several(tmp_path: Path) -> None:
    report, job = FakeReport(), config(target={"addresses": ["192.0.2.8", "192.0.2.9"]})
    project = Project(tmp_path, tmp_path / "deploy.yml")

    verify(Job(project, job, "staging", report, "192.0.2.9"))

    assert ["--host 192.0.2.9" in call for call in calls(tmp_path)] == [True] * 3
    assert report.said[0] == "staging: http://shop.test at 192.0.2.9"
    # A recorder adds them up: none replaces another host's.
    assert list(report.attached["tests"]) == ["browser 192.0.2.9"]


@pytest.mark.parametrize(
    ("host", "suites"),
    [("192.0.2.1", 1), ("192.0.2.2", 1), ("192.0.2.3", 1), ("192.0.2.4", 3)],
    ids=["web", "worker", "database", "proxy"],
)
def test_browser_visits_the_host_that_visitors_connect_to(
    host: str, suites: int, tmp_path: Path
) -> None:
    roles = ("web", "worker", "database", "proxy")
    hosts = [{"address": f"192.0.2.{n}", "roles": [role]} for n, role in enumerate(roles, 1)]
    job = config({"database": "postgresql", "media_url": None}, {"hosts": hosts, "mail": "off"})
    project = Project(tmp_path, tmp_path / "deploy.yml")

    verify(Job(project, job, "staging", FakeReport(), host))

    assert [f"--host {host}" in call for call in calls(tmp_path)] == [True] * suites


def test_passed_suites_show_their_last_line(tmp_path: Path) -> None:
    report, (host, page, browser) = verified(tmp_path)

    assert "tests/host" in host
    assert f"-c {TOP}/understudy/testing/checks/checks.ini" in page
    assert "functional_tests" in browser
    for call in (host, page, browser):
        assert f"--target staging --deploy-config {tmp_path}/a deploy.yml" in call
    assert report.said[1:] == [
        f"  {suite} tests: 1 test done" for suite in ("host", "page", "browser")
    ]


@pytest.mark.parametrize("failing", ["none", "tests/host"])
def test_answer_has_what_was_tested_and_how_it_ended(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILING", failing)
    test = '<testcase name="a"><failure>no</failure></testcase><testcase name="b"/>'
    monkeypatch.setenv("RESULTS", f"<testsuite>{test}</testsuite>")

    report, _ = verified(tmp_path)

    [(event, answer)] = report.results
    assert event == "verify"
    assert (answer["release"], answer["commit"]) == (LIVE.id, LIVE.commit)
    assert answer["url"] == "http://shop.test"
    assert answer["passed"] is (failing == "none")
    assert answer["tests"]["host"] == {"passed": 1, "failed": 1, "skipped": 0}
    assert list(answer["tests"]) == ["host", "page", "browser"]


@pytest.mark.parametrize("suite", ["tests/host", "checks.ini", "functional_tests"])
def test_failed_suite_is_shown_in_full_and_the_other_one_runs(
    suite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILING", suite)

    report, calls = verified(tmp_path)

    assert len(calls) == 3
    [error] = report.errors
    assert error.details.count("the log of a test") == 1
    assert sorted(ok for _, ok in report.steps) == [False, True, True]


def test_failure_of_a_suite_has_its_first_failed_test_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILING", "functional_tests")

    report, _ = verified(tmp_path)

    [error] = report.errors
    assert isinstance(error, SuiteFailed)
    assert error.first == "test_a: no disk"


@pytest.mark.parametrize("disposable", [True, False])
def test_tests_that_destroy_data_run_on_disposable_targets_only(
    disposable: bool, tmp_path: Path
) -> None:
    _, (_, _, browser) = verified(tmp_path, disposable=disposable)

    assert ("-m not destroys_data" in browser) is not disposable


@pytest.mark.parametrize("slow", [True, False])
def test_host_is_rebooted_only_on_request(slow: bool, tmp_path: Path) -> None:
    _, (_, _, _, *reboot) = verified(tmp_path, slow=slow)

    assert ["-m reboots" in call for call in reboot] == [True] * slow


def test_single_tests_and_pages_are_attached(tmp_path: Path) -> None:
    stale = tmp_path / ".understudy/pages/test_gone.png"
    stale.parent.mkdir(parents=True)
    stale.touch()

    report, _ = verified(tmp_path)

    # The last suite's: a recorder adds them up.
    [test] = report.attached["tests"]["browser"]
    assert (test["name"], test["outcome"], test["seconds"]) == ("test_b", "passed", 1.5)
    assert report.attached["pages"] == {"test_b": {"console": "SEVERE\n"}}


def test_frames_inside_the_browser_are_not_shown(tmp_path: Path) -> None:
    frames = "E   Stacktrace:\nE   #0 0x55aa6ee6397e <unknown>\nE   #17 0x7fe8795d41f5 <unknown>"
    driver = f"E   Message: no such element\n{frames}"
    (tmp_path / "python").write_text(f"#!/bin/sh\necho $* >>calls\necho '{driver}\nlast'\nexit 1\n")

    report, _ = verified(tmp_path)

    [error] = report.errors
    assert error.details == "\n".join(["E   Message: no such element\nlast"] * 3)


def test_suite_that_ends_without_output_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\necho $* >>calls\nexit 3\n")

    report, _ = verified(tmp_path)

    assert report.errors
    assert "tests" not in report.attached


def test_project_without_browser_tests_passes(tmp_path: Path) -> None:
    (tmp_path / "functional_tests").rmdir()

    report, calls = verified(tmp_path)

    assert len(calls) == 2
    assert report.errors == []
    assert report.said[-1] == "  page tests: 1 test done"


def test_project_whose_browser_tests_are_all_left_out_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILING", "functional_tests")
    monkeypatch.setenv("CODE", "5")

    assert verified(tmp_path)[0].errors == []


def test_no_host_tests_at_all_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Understudy's own are always there."""
    monkeypatch.setenv("FAILING", "tests/host")
    monkeypatch.setenv("CODE", "5")

    assert verified(tmp_path)[0].errors


def test_projects_own_host_tests_run_too_by_its_own_configuration(tmp_path: Path) -> None:
    (tmp_path / "tests/host").mkdir(parents=True)

    _, (ours, projects, _, _) = verified(tmp_path)

    assert f"-c {TOP}/tests/host/host-tests.ini" in ours
    assert f"{tmp_path}/tests/host" in projects
    assert " -c " not in projects


@pytest.mark.parametrize(
    "name", ["tests/host/host-tests.ini", "understudy/testing/checks/checks.ini"]
)
def test_results_have_the_notes_of_tests_without_a_warning(name: str) -> None:
    ini = configparser.ConfigParser()
    ini.read(TOP / name)

    assert ini["pytest"]["junit_family"] == "xunit1"


def test_commands_run_on_disposable_targets_only(tmp_path: Path) -> None:
    report, _ = verified(tmp_path, "touch ran")
    assert not (tmp_path / "ran").exists()
    assert "  verify.commands: not run, since the target is not disposable" in report.said

    report, _ = verified(tmp_path, "touch ran", "false", disposable=True, address="127.0.0.1")
    assert (tmp_path / "ran").exists()
    [error] = report.errors
    assert error.summary == "false ended with 1 on staging"
    assert report.steps[-1] == ("run false on staging", False)


def test_warnings_of_a_test_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = '<property name="warning" value="the certificate ends in 9 days"/>'
    monkeypatch.setenv(
        "RESULTS",
        f'<testsuite><testcase name="b"><properties>{warning}</properties></testcase></testsuite>',
    )

    report, _ = verified(tmp_path)

    assert "the certificate ends in 9 days" in report.warnings
