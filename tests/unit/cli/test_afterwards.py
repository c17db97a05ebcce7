"""What follows a run: hooks of its outcome, which its report has, and messages. The exit code is the run's."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.webhook import Webhook
from understudy.cli import reports
from understudy.cli.afterwards import Afterwards
from understudy.errors import StepFailed
from understudy.notify import send
from understudy.paths import Project
from understudy.report import store
from understudy.report.recorder import Recorder

CONFIG = """\
app: {name: shop, source: ., module: "shop.wsgi:application"}
targets:
  staging: {domain: shop.test, address: 192.0.2.7, admin: debian}
"""
HOOK = "  after_failure: [[sh, -c, 'echo $UNDERSTUDY_EVENT $UNDERSTUDY_ERROR; ls $UNDERSTUDY_REPORT']]\n"
VERDICT = "  after_verdict: [[sh, -c, 'echo it is $UNDERSTUDY_VERDICT']]\n"
pytestmark = pytest.mark.filterwarnings("ignore:.imghdr.:DeprecationWarning")
LIVE = {"192.0.2.7": {"release": "c0ffee00-1", "commit": "c0ffee00"}}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path / "deploy.yml")


def ran(
    project: Project, verb: str, run: Callable[[Recorder], int], more: str = ""
) -> tuple[int, FakeReport]:
    project.config_file.write_text(CONFIG + more)
    behind = FakeReport()
    recorder = reports.recorder(behind, verb, "staging")
    options = argparse.Namespace(target="staging", host=None)
    after = Afterwards(options, project, recorder)
    return reports.run_and_write(project, recorder, lambda: run(recorder), str, after), behind


def failing(recorder: Recorder) -> int:
    with pytest.raises(StepFailed), recorder.step("migrate"):
        raise StepFailed("no")
    recorder.error(StepFailed("staging: migrate: failed"))
    return 1


def deploying(recorder: Recorder) -> int:
    recorder.attach("live", LIVE)
    return 0


def test_failure_runs_its_hooks_and_the_report_has_them(project: Project) -> None:
    code, behind = ran(project, "deploy", failing, f"hooks:\n{HOOK}")

    assert code == 1
    [(title, printed, _)] = behind.commands
    [written] = store.list_all(project.reports)
    assert printed == f"after_failure staging: migrate: failed\n{written.page}\n"
    data = json.loads((written.directory / "report.json").read_text())
    [phase] = data["phases"]
    assert [step["title"] for step in phase["steps"]] == ["migrate", title]
    assert phase["state"] == "failed"


@pytest.mark.parametrize(("code", "word"), [(0, "READY"), (1, "NOT READY")])
def test_verdict_runs_its_hooks(code: int, word: str, project: Project) -> None:
    _, behind = ran(project, "rehearse", lambda _: code, f"hooks:\n{VERDICT}")

    assert [printed for _, printed, _ in behind.commands] == [f"it is {word}\n"]
    assert ("hooks", "passed") in behind.phases


@pytest.mark.parametrize("code", [2, 3, 130])
def test_run_that_began_nothing_or_was_interrupted_runs_none(code: int, project: Project) -> None:
    assert not ran(project, "deploy", lambda _: code, f"hooks:\n{HOOK}")[1].commands
    assert not ran(project, "rehearse", lambda _: code, f"hooks:\n{VERDICT}")[1].commands


def test_hook_that_fails_is_a_warning(project: Project) -> None:
    code, behind = ran(project, "rehearse", lambda _: 0, "hooks: {after_verdict: ['false']}")

    assert code == 0
    assert any("ended with 1" in warning for warning in behind.warnings)


def test_message_reaches_a_webhook(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", webhook.url)

    code, behind = ran(project, "deploy", deploying, "notify: {to: [HOOK_URL]}")

    assert (code, behind.warnings) == (0, [])
    [posted] = webhook.posted
    assert posted["title"] == "shop: c0ffee00-1 is live on staging"
    assert posted["type"] == "success"
    assert "index.html" in posted["message"]


def test_message_that_fails_is_a_warning_without_its_url(
    project: Project,
    webhook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    webhook.status = 500
    monkeypatch.setenv("HOOK_URL", webhook.url)
    monkeypatch.setenv("ODD_URL", "nothing-of-apprise")
    more = "notify: {to: [HOOK_URL, ODD_URL, NOT_SET_URL]}"

    code, behind = ran(project, "deploy", deploying, more)

    assert code == 0
    refused, odd, unset = behind.warnings
    assert "HOOK_URL: its service refused it" in refused
    assert "ODD_URL: the variable holds no URL that apprise knows" in odd
    assert "NOT_SET_URL: this variable is not set" in unset
    printed = capfd.readouterr()
    assert "token-of" not in "".join((*behind.warnings, *behind.said, printed.out, printed.err))


def test_service_that_hangs_holds_nothing_up(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "SECONDS", 0.2)
    monkeypatch.setattr(send, "_sender", lambda *_: lambda: Event().wait(5))
    monkeypatch.setenv("HOOK_URL", "json://127.0.0.1")

    code, behind = ran(project, "deploy", deploying, "notify: {to: [HOOK_URL]}")

    assert code == 0
    assert behind.warnings == ["notify: no message to HOOK_URL: it has not been sent within 0 s"]


def test_nothing_to_do_sends_nothing(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", webhook.url)

    ran(project, "deploy", lambda _: 0, "notify: {to: [HOOK_URL]}")

    assert not webhook.posted
