"""The command line: what a user or a script gets from it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP
from understudy import cli, runner, shell
from understudy.errors import ConfigError, LoginRefused, Refused, StepFailed, Unreachable

ERRORS = [
    (StepFailed("migrate: failed", "the log", "mend it"), 1),
    (ConfigError("deploy.yml has 1 mistake"), 2),
    (Refused("another deploy is at work"), 3),
    (Unreachable("no SSH connection"), 4),
    (LoginRefused("this user's key is not accepted"), 4),
]
VERBS = [
    "deploy",
    "destroy",
    "doctor",
    "down",
    "logs",
    "plan",
    "provision",
    "rehearse",
    "reset",
    "ssh",
    "status",
    "up",
    "verify",
]


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def preview(_: object) -> None:
        raise error

    monkeypatch.setattr(runner, "preview_plan", preview)


def bare_python(*words: str) -> subprocess.CompletedProcess[str]:
    """The command line under a Python that has nothing installed."""
    command = [sys.executable, "-S", "-E", str(TOP / "deploy.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, cwd="/")


@pytest.mark.parametrize(("error", "code"), ERRORS)
def test_exit_code_tells_the_kind_of_the_error(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(error, monkeypatch)

    assert cli.main(["plan"], TOP) == code

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert "Traceback" not in err


@pytest.mark.parametrize(("error", "code"), ERRORS)
def test_error_is_an_object_for_programs(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(error, monkeypatch)

    assert cli.main(["plan", "--json"], TOP) == code

    [line] = capsys.readouterr().out.splitlines()
    event = json.loads(line)
    assert (event["event"], event["exit_code"]) == ("error", code)
    assert event["summary"] in str(error)


def test_bug_is_shown_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(ZeroDivisionError("a bug"), monkeypatch)

    with pytest.raises(ZeroDivisionError):
        cli.main(["plan"], TOP)


def test_interrupted_run_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(KeyboardInterrupt(), monkeypatch)

    assert cli.main(["plan"], TOP) == 130

    assert "the same command goes on" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["depoly"],
        ["deploy", "--traget", "vagrant"],
        ["deploy", "production"],
        ["logs", "--lines", "many"],
        ["up", "--target", "production"],
    ],
)
def test_wrong_use_is_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(words, TOP)

    assert raised.value.code == 2
    assert "usage: deploy.py" in capsys.readouterr().err


def test_no_verb_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([], TOP) == 2

    assert "rehearse" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["deploy", "--target", "prod"], ["ssh", "--target", "prod"]])
def test_unknown_target_is_told_before_anything_is_done(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words, TOP) == 2

    assert "vagrant, production" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["plan", "status", "logs", "doctor", "verify", "rehearse"])
def test_missing_deploy_yml_is_told_by_every_verb(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([verb, "--config", str(tmp_path / "none.yml")], TOP) == 2

    assert "none.yml" in capsys.readouterr().err


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main([verb, "--help"], TOP)

    usage, told, *_ = capsys.readouterr().out.split("\n\n")
    assert raised.value.code == 0
    assert f"deploy.py {verb}" in usage
    assert len(told) > 10


def test_help_lists_every_verb_and_needs_nothing_installed() -> None:
    done = bare_python("--help")

    assert (done.returncode, done.stderr) == (0, "")
    listed = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("    ")]
    assert set(VERBS) <= set(listed)
    assert "exit codes:" in done.stdout


def test_missing_packages_are_told_with_the_command_that_installs_them() -> None:
    done = bare_python("plan")

    assert done.returncode == 4
    assert "make setup" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], ()),
        (["ls", "-l", "a b"], ("ls", "-l", "a b")),
        (["--", "ls", "--help"], ("ls", "--help")),
        (["systemctl", "--", "x"], ("systemctl", "--", "x")),
    ],
)
def test_ssh_hands_on_the_words_of_a_command(
    words: list[str], command: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(shell, "ssh", lambda *given: called.extend(given))

    assert cli.main(["ssh", "--target", "production", *words], TOP) == 0

    target, user, handed_on = called
    assert (target.address, user, handed_on) == ("todo.example.com", "deploy", command)
