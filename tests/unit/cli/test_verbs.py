"""What each verb passes on from the command line, and what it asks first."""

import getpass
import io
import json
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest

from tests.unit.fakes import TOP
from understudy.cli import main, reports, shell
from understudy.data import load as data_load
from understudy.data import pull as data_pull
from understudy.deploy import restore, rollback, rollout
from understudy.errors import Refused
from understudy.host import backups, secrets
from understudy.job import Job
from understudy.parity import capture_host
from understudy.vm import address as vm_address


@pytest.fixture(autouse=True)
def _no_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """These runs write no reports into the repository."""
    monkeypatch.setattr(reports, "write", lambda *_: None)


@pytest.fixture(autouse=True)
def _vm_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The VM has an address, whether or not this repository has a VM."""
    monkeypatch.setattr(vm_address, "_kept", lambda *_: "192.168.56.10")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], ()),
        (["ls", "-l", "a b"], ("ls", "-l", "a b")),
        (["--", "ls", "--help"], ("ls", "--help")),
        (["systemctl", "--", "x"], ("systemctl", "--", "x")),
    ],
)
def test_ssh_passes_on_the_words_of_a_command(
    words: list[str], command: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(shell, "ssh", lambda *given: called.extend(given))

    assert main.main(["ssh", "--target", "production", *words], TOP) == 0

    target, user, passed_on = called
    assert (target.address, user, passed_on) == ("todo.example.com", "deploy", command)


class Terminal(io.StringIO):
    """Standard input of a user at a terminal who types this."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The calls of the verbs: the function, the target, the other arguments."""
    made: list[Any] = []

    def note(module: ModuleType, name: str) -> None:
        def called(job: Job, *given: object, **named: object) -> None:
            made.append((f"{module.__name__.partition('.')[2]}.{name}", job.target_name, *given))
            if named:
                made.append(named)

        monkeypatch.setattr(module, name, called)

    note(rollout, "deploy")
    for name in ("releases", "rollback"):
        note(rollback, name)
    note(backups, "backup")
    note(backups, "backups")
    note(restore, "restore")
    monkeypatch.setattr(restore, "check", lambda *_: None)
    note(data_pull, "pull")
    note(data_load, "load")
    note(capture_host, "capture")
    for name in ("put", "remove", "names"):
        note(secrets, name)
    # No terminal, except where a test makes one.
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return made


DEPLOY = {"probe": False, "wait": 0, "without_rehearsal": None}
ROLLBACK = {"with_data": False, "anyway": False, "probe": False, "wait": 0}


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("deploy", [("deploy.rollout.deploy", "vagrant"), DEPLOY]),
        (
            "deploy --probe --wait 7",
            [("deploy.rollout.deploy", "vagrant"), {**DEPLOY, "probe": True, "wait": 7}],
        ),
        (
            "deploy --without-rehearsal fire",
            [("deploy.rollout.deploy", "vagrant"), {**DEPLOY, "without_rehearsal": "fire"}],
        ),
        ("releases --target production", [("deploy.rollback.releases", "production")]),
        ("rollback", [("deploy.rollback.rollback", "vagrant", None), ROLLBACK]),
        ("rollback --to r1", [("deploy.rollback.rollback", "vagrant", "r1"), ROLLBACK]),
        (
            "rollback --probe --wait 7",
            [("deploy.rollback.rollback", "vagrant", None), {**ROLLBACK, "probe": True, "wait": 7}],
        ),
        (
            "rollback --with-data --yes",
            [
                ("deploy.rollback.rollback", "vagrant", None),
                {**ROLLBACK, "with_data": True, "anyway": True},
            ],
        ),
        ("backup --wait 7", [("host.backups.backup", "vagrant", 7)]),
        ("restore", [("host.backups.backups", "vagrant")]),
        ("restore b1 --yes --wait 7", [("deploy.restore.restore", "vagrant", "b1", 7)]),
        ("data pull", [("data.pull.pull", "production")]),
        ("data pull --from vagrant", [("data.pull.pull", "vagrant")]),
        ("capture", [("parity.capture_host.capture", "production", "production")]),
        ("capture --target vagrant", [("parity.capture_host.capture", "vagrant", "vagrant")]),
        ("data load", [("data.load.load", "vagrant", "production")]),
        ("data load --target production", [("data.load.load", "production", "production")]),
        ("secrets list", [("host.secrets.names", "vagrant")]),
        ("secrets rm API_TOKEN", [("host.secrets.remove", "vagrant", "API_TOKEN")]),
    ],
)
def test_a_verb_passes_its_options_on(line: str, called: list[Any], calls: list[Any]) -> None:
    assert main.main(line.split(), TOP) == 0

    assert calls == called


CTRL_D = ""
REPLACES_DATA = [["rollback", "--with-data"], ["restore", "b1"]]


def test_the_question_before_a_restore_names_backup_target_and_time(
    calls: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["restore", "20240101T024455Z-r1"], TOP) == 3

    assert calls == []
    assert (
        "Restoring backup 20240101T024455Z-r1 discards everything written to vagrant "
        "after 2024-01-01 02:44 UTC." in capsys.readouterr().err
    )


@pytest.mark.parametrize("words", REPLACES_DATA)
@pytest.mark.parametrize("typed", ["Y\n", "yes\n"])
def test_data_is_replaced_after_a_yes_at_the_terminal(
    typed: str,
    words: list[str],
    calls: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))

    assert main.main(words, TOP) == 0

    assert calls
    assert "discards everything written to vagrant " in capsys.readouterr().err


def test_no_question_is_asked_about_a_missing_backup(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(*_: object) -> None:
        raise Refused("vagrant has no backup b1")

    monkeypatch.setattr(restore, "check", missing)
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))

    assert main.main(["restore", "b1"], TOP) == 3

    assert calls == []
    assert "[y/N]" not in capsys.readouterr().err


@pytest.mark.parametrize("words", REPLACES_DATA)
@pytest.mark.parametrize(
    ("kind", "typed"),
    [(Terminal, "n\n"), (Terminal, "\n"), (Terminal, CTRL_D), (io.StringIO, "y\n")],
)
def test_without_a_yes_at_a_terminal_no_data_is_replaced(
    words: list[str],
    kind: type[io.StringIO],
    typed: str,
    calls: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", kind(typed))

    assert main.main(words, TOP) == 3

    assert calls == []
    assert "--yes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("piped", "value"), [("a b\n", "a b"), ("a b", "a b"), (" x \n", " x "), ("x\n\n", "x\n")]
)
def test_a_secret_comes_from_a_pipe_without_the_end_of_its_line(
    piped: str, value: str, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(piped))

    assert main.main(["secrets", "set", "API_TOKEN"], TOP) == 0

    assert calls == [("host.secrets.put", "vagrant", "API_TOKEN", value)]


def test_a_secret_is_asked_for_on_a_terminal_and_not_shown(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts: list[str] = []

    def hidden(prompt: str) -> str:
        prompts.append(prompt)
        return "hunter2"

    monkeypatch.setattr(sys, "stdin", Terminal("not read"))
    monkeypatch.setattr(getpass, "getpass", hidden)

    assert main.main(["secrets", "set", "API_TOKEN"], TOP) == 0

    assert calls == [("host.secrets.put", "vagrant", "API_TOKEN", "hunter2")]
    assert prompts == ["API_TOKEN: "]
    assert "hunter2" not in "".join(capsys.readouterr())


def test_ctrl_d_instead_of_a_secret_sends_an_empty_one_which_the_host_refuses(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", ended)

    assert main.main(["secrets", "set", "API_TOKEN"], TOP) == 0

    assert calls == [("host.secrets.put", "vagrant", "API_TOKEN", "")]


def test_data_pull_with_target_points_to_from(
    calls: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["data", "pull", "--target", "vagrant"], TOP) == 2

    assert calls == []
    assert "try: python deploy.py data pull --from vagrant" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["set"], "secrets set needs a NAME"),
        (["rm"], "secrets rm needs a NAME"),
        (["list", "TOKEN"], "secrets list takes no NAME"),
    ],
)
def test_a_wrong_number_of_names_for_secrets_is_exit_code_2(
    words: list[str], message: str, calls: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["secrets", *words], TOP) == 2

    assert calls == []
    assert message in capsys.readouterr().err


def test_with_json_a_question_is_asked_on_standard_error(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))

    assert main.main(["restore", "20240101T000000Z-a", "--json"], TOP) == 3

    shown = capsys.readouterr()
    assert "Continue?" in shown.err
    assert [json.loads(line)["event"] for line in shown.out.splitlines()] == ["error"]
