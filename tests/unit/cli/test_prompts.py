"""Data is replaced only after a yes; a secret is read without being shown."""

import getpass
import io
import json
import sys
from typing import Any

import pytest

from tests.unit.fakes import TOP
from understudy.cli import main
from understudy.deploy import restore
from understudy.errors import Refused

pytestmark = pytest.mark.usefixtures("no_reports", "vm_has_an_address")


class Terminal(io.StringIO):
    """Standard input of a user at a terminal who types this."""

    def isatty(self) -> bool:
        return True


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


@pytest.mark.parametrize(
    ("more", "lost"),
    [
        ([], "takes it off the net and deletes its releases and logs. It was not"),
        (["--with-data"], "deletes its database, uploads, backups and secrets there, for good"),
    ],
)
def test_a_site_is_removed_only_after_a_question_that_says_what_is_lost(
    more: list[str], lost: str, calls: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["remove", "--target", "production", *more], TOP) == 3

    assert calls == []
    asked = capsys.readouterr().err
    assert "Removing todo from production " in asked
    assert lost in asked


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
@pytest.mark.parametrize("typed", ["n\n", "\n", CTRL_D])
def test_no_at_a_terminal_is_no_error_and_nothing_is_done(
    words: list[str],
    typed: str,
    calls: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))

    assert main.main(words, TOP) == 3

    assert calls == []
    asked, said = capsys.readouterr().err.split("[y/N] ")
    assert "discards everything" in asked
    assert said == "nothing was done\n"


@pytest.mark.parametrize("words", REPLACES_DATA)
def test_without_a_terminal_no_data_is_replaced(
    words: list[str],
    calls: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))

    assert main.main(words, TOP) == 3

    assert calls == []
    assert "--yes" in capsys.readouterr().err


def test_with_json_a_question_is_asked_on_standard_error(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))

    assert main.main(["restore", "20240101T000000Z-a", "--json"], TOP) == 3

    shown = capsys.readouterr()
    assert "Continue?" in shown.err
    assert [json.loads(line)["event"] for line in shown.out.splitlines()] == ["error"]


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
