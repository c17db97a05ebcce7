"""doctor --fix asks before it changes the machine, and reports what the script says."""

from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport
from understudy.cli import fix, prompts
from understudy.errors import Refused, StepFailed, UnderstudyError, Unreachable
from understudy.local.share import Share
from understudy.paths import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path, tmp_path / "deploy.yml", tmp_path)
    made.config_file.touch()
    made.machine_script.parent.mkdir()
    write(
        made, 'if [ $1 = plan ]; then echo "install 3 Debian packages (1.0 MB) for lxc"; exit; fi'
    )
    return made


def write(project: Project, text: str) -> None:
    project.machine_script.write_text(f'#!/bin/sh\ncd "${{0%/*}}"\n{text}\necho "$@" >applied\n')
    project.machine_script.chmod(0o755)


def applied(project: Project) -> str:
    file = project.machine_script.with_name("applied")
    return file.read_text() if file.exists() else ""


def test_nothing_is_changed_without_a_yes(project: Project) -> None:
    with pytest.raises(Refused, match=r"install 3 Debian packages \(1.0 MB\) for lxc"):
        fix.fix(project, FakeReport(), confirmed=False)

    assert applied(project) == ""


def test_after_a_yes_it_is_done_with_a_log_in_the_projects_state(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(prompts, "confirm", asked.append)

    fix.fix(project, FakeReport(), confirmed=False)

    assert len(asked) == 1
    assert applied(project) == f"apply {project.state}/setup.log\n"


def test_yes_on_the_command_line_asks_nothing(project: Project) -> None:
    fix.fix(project, FakeReport(), confirmed=True)

    assert applied(project)


def test_machine_that_lacks_nothing_is_not_asked_about(project: Project) -> None:
    write(project, "[ $1 = apply ] || exit 0")
    report = FakeReport()

    fix.fix(project, report, confirmed=False)

    assert (report.said, applied(project)) == (["no package is missing, and the daemons run"], "")


def test_steps_and_how_far_they_are_are_reported(project: Project) -> None:
    write(project, "[ $SHOW_STEPS = 1 ]; echo '==> install'; echo '%% 1 2'; echo '✓ installed'")
    report = FakeReport()

    fix.fix(project, report, confirmed=True)

    assert report.details[-2:] == ["install", "✓ installed"]
    assert report.shares[-1] == Share(1, 2, "packages")


@pytest.mark.parametrize(("code", "kind"), [(4, Unreachable), (1, StepFailed)])
def test_failure_is_reported_with_the_scripts_own_words(
    code: int, kind: type[UnderstudyError], project: Project
) -> None:
    write(
        project,
        f"echo '==> install'; echo 'E: no tini'; echo 'error: no'; echo 'try: this'; exit {code}",
    )

    with pytest.raises(kind) as raised:
        fix.fix(project, FakeReport(), confirmed=True)

    error = raised.value
    assert (error.summary, error.details, error.hint) == ("no", "E: no tini", "this")
