"""ssh gets the right words, and its failures are reported."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from tests.unit.fakes import TOP, FakeReport, config
from understudy.cli import shell
from understudy.errors import Unreachable
from understudy.job import Job
from understudy.paths import Project


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The argv of the program that was started."""
    words: list[str] = []

    def call(argv: Sequence[str]) -> int:
        words.extend(argv)
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    return words


def ssh(command: tuple[str, ...] = (), **target: Any) -> None:
    with pytest.raises(SystemExit):
        shell.ssh(staging_job(FakeReport(), **target), command)


def test_the_host_cannot_be_an_option_of_ssh_and_the_command_is_one_word(
    started: list[str],
) -> None:
    ssh(("ls", "a b", "$HOME"), port=2222)

    assert started[:4] == ["ssh", "-o", "PermitLocalCommand=yes", "-o"]
    assert started[5:] == [
        *("-p", "2222", "-o", "ConnectTimeout=15"),
        *("deploy@192.0.2.7", "--", "ls 'a b' '$HOME'"),
    ]


def test_without_a_command_ssh_opens_a_shell(started: list[str]) -> None:
    ssh()

    assert started[-1] == "deploy@192.0.2.7"


def test_ssh_checks_the_host_key_against_the_same_file_as_a_deploy(started: list[str]) -> None:
    ssh(key="/k/id", known_hosts="/k/known hosts")

    assert started[started.index("-i") :][:2] == ["-i", "/k/id"]
    assert 'UserKnownHostsFile="/k/known hosts"' in started
    assert "StrictHostKeyChecking=yes" in started


# What ssh does once it is connected.
CONNECTED = 'for word; do case $word in LocalCommand=*) eval "${word#*=}" ;; esac; done\n'


@pytest.mark.parametrize(
    ("end", "code"), [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143)]
)
def test_ssh_ends_with_the_exit_code_of_the_command_there(
    end: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_ssh(CONNECTED + end, tmp_path, monkeypatch)
    report = FakeReport()

    with pytest.raises(SystemExit) as raised:
        shell.ssh(staging_job(report), ("true",))

    assert raised.value.code == code
    assert report.warnings == []


def test_ssh_that_cannot_connect_is_our_exit_code_and_says_that_the_user_may_be_missing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_ssh("exit 255", tmp_path, monkeypatch)

    with pytest.raises(Unreachable) as raised:
        shell.ssh(staging_job(FakeReport()), ("true",))

    assert raised.value.exit_code == 4
    assert raised.value.hint.endswith(
        "Only a provisioned host has the user deploy: python deploy.py provision --target staging"
    )


def test_shell_of_the_deployer_comes_with_the_way_to_one_of_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_ssh(CONNECTED, tmp_path, monkeypatch)
    monkeypatch.setattr("sys.stdin", MagicMock(isatty=lambda: True))
    report = FakeReport()

    for command in ((), ("true",)):
        with pytest.raises(SystemExit):
            shell.ssh(staging_job(report), command)

    assert report.warnings == [
        "deploy can't become root. For root: ssh -p 22 -o ConnectTimeout=15 debian@192.0.2.7"
    ]


def add_ssh(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake ssh that records its words and runs a script."""
    program = tmp_path / "ssh"
    program.write_text(f'#!/bin/sh\necho "$@" >"$0.argv"\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def staging_job(report: FakeReport, **target: Any) -> Job:
    return Job(Project(TOP, TOP / "deploy.yml"), config(target=target), "staging", report)


def test_a_machine_without_ssh_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    job = staging_job(FakeReport())

    with pytest.raises(Unreachable, match="ssh is not installed"):
        shell.ssh(job, ())
    with pytest.raises(Unreachable, match="ssh is not installed"):
        shell.reading(job, "journalctl")
