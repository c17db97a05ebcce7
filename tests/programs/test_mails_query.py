"""What the host answers about its mails: the queries with the real programs, on a real Maildir."""

import subprocess
from pathlib import Path

import pytest

from understudy.commands import Argv, mails
from understudy.host.mails import parse


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    (tmp_path / "todo" / "new").mkdir(parents=True)
    return tmp_path / "todo"


def ask(argv: Argv, maildir: Path) -> subprocess.CompletedProcess[str]:
    words = [word.replace("/var/lib/understudy-mail", str(maildir.parent)) for word in argv]
    return subprocess.run(words, capture_output=True, text=True)


def keep(maildir: Path, *subjects: str) -> None:
    for number, subject in enumerate(subjects):
        file = maildir / "new" / f"0179581748{number}000000000.15-{number}.understudy"
        file.write_bytes(b"Subject: " + subject.encode() + b"\n\n\xff\x00\n")


def subjects(maildir: Path, **given: object) -> list[str]:
    done = ask(mails.fetch("todo", **given), maildir)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    return [mail.subject for mail in parse(done.stdout).mails]


def test_mails_are_fetched_in_one_command(maildir: Path) -> None:
    keep(maildir, "1", "2", "3")
    (maildir / "removed").write_text("7\n")

    assert subjects(maildir) == ["1", "2", "3"]
    assert parse(ask(mails.fetch("todo"), maildir).stdout).removed == 7


def test_only_newer_ones_are_fetched_and_no_more_than_asked_for(maildir: Path) -> None:
    keep(maildir, "1", "2", "3", "4")
    names = sorted(file.name for file in (maildir / "new").iterdir())

    assert subjects(maildir, after=names[1]) == ["3", "4"]
    assert subjects(maildir, after=names[3]) == []
    assert subjects(maildir, most=1) == ["4"]
    assert ask(mails.newest("todo"), maildir).stdout == f"{names[3]}\n"


def test_host_without_mails_answers_with_none(maildir: Path) -> None:
    assert subjects(maildir) == []
    assert ask(mails.newest("todo"), maildir).stdout == ""


def test_host_that_captures_none_is_an_error(tmp_path: Path) -> None:
    for argv in (mails.fetch("todo"), mails.newest("todo"), mails.clear("todo")):
        assert ask(argv, tmp_path / "todo").returncode != 0


def test_clear_removes_all_and_says_how_many(maildir: Path) -> None:
    keep(maildir, "1", "2")
    (maildir / "removed").write_text("7\n")

    assert ask(mails.clear("todo"), maildir).stdout.split() == ["2"]
    assert subjects(maildir) == []
    assert not (maildir / "removed").exists()
