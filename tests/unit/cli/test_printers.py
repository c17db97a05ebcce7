"""What a verb prints to: at each verbosity, and the log of a rehearsal."""

import argparse
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from understudy.cli import printers
from understudy.paths import Project, find_project
from understudy.ssh import commands_run

SECRET = "geheim-7261"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "deploy.yml").touch()
    (tmp_path / ".understudy").mkdir()
    monkeypatch.setattr("understudy.cli.known_secrets.known_secrets", lambda _: frozenset({SECRET}))
    return find_project(tmp_path)


def options(verb: str, verbosity: int = 0, *, json: bool = False) -> argparse.Namespace:
    called = SimpleNamespace(text=str)
    return argparse.Namespace(verb=verb, verbosity=verbosity, json=json, called=called)


def run(project: Project, chosen: argparse.Namespace) -> Path:
    """A rehearsal of one phase, with one command on a host. Returns its log."""
    with (
        printers.opened(chosen, project) as report,
        report.phase("deploy", "deploy"),
        report.step("migrate"),
    ):
        command = ("migrate", SECRET)
        commands_run.note("deploy@192.0.2.7", command, f"key {SECRET}", 1.0, ok=True)
    return project.state / f"{chosen.verb}.log"


def test_a_rehearsal_prints_its_phases_and_where_all_the_rest_is(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    log = run(project, options("rehearse"))

    phase, path = capsys.readouterr().out.splitlines()
    assert phase.startswith("✓ deploy 0.")
    assert path == "log: .understudy/rehearse.log"
    begin, command, output, step = log.read_text().splitlines()
    assert (begin, step[:9]) == ("==> deploy", "✓ migrate")
    assert command == "  deploy@192.0.2.7 $ migrate ***  1.00 s"
    assert output == "    key ***"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_the_log_is_of_the_last_run(project: Project) -> None:
    first = run(project, options("rehearse")).read_text()
    again = run(project, options("rehearse")).read_text()

    assert len(again.splitlines()) == len(first.splitlines())


@pytest.mark.parametrize("chosen", [options("rehearse", json=True), options("deploy")])
def test_json_and_verbs_that_print_all_have_no_log(
    chosen: argparse.Namespace, project: Project
) -> None:
    assert not run(project, chosen).exists()


def test_a_quiet_rehearsal_does_not_print_where_its_log_is(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, options("rehearse", -1)).exists()
    assert capsys.readouterr().out == ""


def test_a_folder_without_deploy_yml_gets_no_log(tmp_path: Path) -> None:
    run(find_project(tmp_path), options("rehearse"))

    assert list(tmp_path.iterdir()) == []


def test_a_rehearsal_before_the_first_one_has_no_folder_for_its_log(project: Project) -> None:
    project.state.rmdir()

    assert not run(project, options("rehearse")).exists()


@pytest.mark.parametrize(("verbosity", "lines"), [(0, 1), (1, 4)])
def test_verbosely_each_command_is_printed_without_secrets(
    verbosity: int, lines: int, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run(project, options("deploy", verbosity))

    out = capsys.readouterr().out
    assert (len(out.splitlines()), SECRET in out) == (lines, False)
    assert ("$ migrate ***" in out) is (verbosity > 0)
