"""The verb init as a user calls it."""

import json
from pathlib import Path

import pytest

from tests.unit.project.apps import django
from tests.unit.repositories import commit
from understudy.cli.main import main


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_folder_where_it_refuses_stays_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"], tmp_path) == 2
    assert "is in no git repository" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_it_is_about_the_folder_in_which_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also below the deploy.yml of another app."""
    commit(tmp_path, {"deploy.yml": "", **{f"b/{path}": text for path, text in django().items()}})
    monkeypatch.chdir(tmp_path / "b")

    assert main(["init"], tmp_path / "b") == 0
    assert (tmp_path / "b" / "deploy.yml").exists()
    assert (tmp_path / "deploy.yml").read_text() == ""


def test_json_has_what_was_found_as_fields(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(tmp_path, django())

    assert main(["init", "--json"], tmp_path) == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    found = next(line for line in lines if line["event"] == "init")
    module = {"value": "shop.wsgi:application", "why": "shop/wsgi.py:4", "is_sure": True}
    assert found["values"]["app"]["module"] == module
    assert found["unknown"] == []


@pytest.mark.parametrize("option", ["--key", "--known-hosts"])
def test_key_without_a_server_is_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert main(["init", option, "x"], tmp_path) == 2

    assert "are for --capture" in capsys.readouterr().err
