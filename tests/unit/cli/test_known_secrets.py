"""What the command line prints holds no secret of deploy.yml or of this process."""

from pathlib import Path

import pytest

from tests.unit.fakes import TOP
from understudy.cli import main
from understudy.deploy import rollout
from understudy.job import Job

pytestmark = pytest.mark.usefixtures("no_reports")
SECRETS = (
    *("from-the-file", "of-the-target", "in-a-url", "of-this-shell", "kept-here"),
    "slack://T0/token-of-a-chat",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    text = (TOP / "deploy.yml").read_text()
    first = "    ALLOWED_HOSTS:"
    app = "    API_TOKEN: from-the-file\n    MAIL: 'smtp://me:in-a-url@host'\n"
    text = text.replace(first, f"{app}{first}", 1)
    (tmp_path / "deploy.yml").write_text(
        f"{text}    environment: {{SMTP_PASSWORD: of-the-target}}\nnotify: {{to: [SLACK_URL]}}\n"
    )
    monkeypatch.setenv("SOME_SECRET", "of-this-shell")
    monkeypatch.setenv("SLACK_URL", "slack://T0/token-of-a-chat")
    kept = tmp_path / ".understudy" / "secrets"
    kept.mkdir(parents=True)
    (kept / "todo-staging-vm.json").write_text('{"BASIC_AUTH_ANNA": "kept-here"}')
    (kept / "damaged.json").write_text("{")
    return tmp_path


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_what_a_verb_prints_holds_no_secret(
    option: tuple[str, ...],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(rollout, "plan", lambda job: job.report.say(f"+{' '.join(SECRETS)}"))

    assert main.main(["plan", *option], project) == 0

    assert "*** *** *** *** *** ***" in capsys.readouterr().out


def test_a_mistake_in_deploy_yml_shows_no_secret(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "deploy.yml"
    file.write_text(
        file.read_text().replace("API_TOKEN: from-the-file", "api-TOKEN: from-the-file")
    )
    with file.open("a") as more:
        more.write("browser: {grid: 'https://ann:in-the-grid@grid.test'}\n")
    assert main.main(["plan"], project) == 2
    file.write_text(f"app: [\n{file.read_text()}")
    assert main.main(["plan"], project) == 2

    shown = capsys.readouterr().err
    assert "browser.grid: must have no name and password" in shown
    assert not [secret for secret in (*SECRETS, "in-the-grid") if secret in shown]


def test_an_error_about_a_missing_deploy_yml_is_shown(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "deploy.yml").unlink()

    def preview(job: Job) -> None:
        raise AssertionError

    monkeypatch.setattr(rollout, "plan", preview)
    assert main.main(["plan"], project) == 2
    assert "there is no" in capsys.readouterr().err
