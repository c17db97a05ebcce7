"""`config` prints what deploy.yml means, and no secret in it."""

import json
from pathlib import Path

import pytest

from tests.unit.config.deploy_yml import TEXT
from understudy.cli import settings
from understudy.cli.main import main
from understudy.paths import Project
from understudy.report.events import JsonReport
from understudy.report.terminal import TextReport

SECRETS = '    API_TOKEN: "abc"\n    DATABASE_URL: postgresql://shop:hunter22@db/shop\n'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "deploy.yml").write_text(TEXT.replace('    DEBUG: "0"\n', SECRETS))
    return Project(tmp_path, tmp_path / "deploy.yml")


@pytest.mark.parametrize(("key", "text"), [("app.workers", "2\n"), ("app.name", "shop\n")])
def test_one_value_is_printed_alone(
    key: str, text: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.show(project, TextReport(), key)

    assert capsys.readouterr().out == text


def test_fields_are_the_key_the_value_and_where_it_is_from(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.show(project, JsonReport(), "app.name")

    event = json.loads(capsys.readouterr().out)
    assert event["values"] == [{"key": "app.name", "value": "shop", "from": "deploy.yml:2"}]


def test_secrets_are_masked(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"], project.directory) == 0
    assert main(["config", "app", "--json"], project.directory) == 0
    assert main(["config", "app.environment.API_TOKEN"], project.directory) == 0

    out = capsys.readouterr().out
    assert "hunter22" not in out
    assert "abc" not in out
    assert "postgresql://shop:***@db/shop" in out


def test_schema_is_printed_and_put_where_editors_look(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "--schema"], project.directory) == 0

    shown = capsys.readouterr().out
    assert json.loads(shown)["title"] == "deploy.yml of Understudy"
    assert json.loads((project.state / "deploy.schema.json").read_text()) == json.loads(shown)


def test_unknown_key_is_a_mistake_of_the_command_line(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "app.worker"], project.directory) == 2

    assert "did you mean app.workers?" in capsys.readouterr().err
