"""ssh gets the right words, and its failures are reported."""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, FakeReport, config
from understudy.cli import shell
from understudy.errors import ConfigError, StepFailed, Unreachable
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

    assert started == [
        *("ssh", "-p", "2222", "-o", "ConnectTimeout=15"),
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


@pytest.mark.parametrize(
    ("end", "code"), [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143)]
)
def test_ssh_ends_with_its_own_exit_code_and_says_that_the_user_may_be_missing_there(
    end: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_ssh(end, tmp_path, monkeypatch)
    report = FakeReport()

    with pytest.raises(SystemExit) as raised:
        shell.ssh(staging_job(report), ())

    assert raised.value.code == code
    hint = (
        "Only a provisioned host has the user deploy: python deploy.py provision --target staging"
    )
    assert report.warnings == ([f"If ssh could not connect: {hint}"] if code == 255 else [])


def add_ssh(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake ssh that records its words and runs a script."""
    program = tmp_path / "ssh"
    program.write_text(f'#!/bin/sh\necho "$@" >"$0.argv"\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


Logs = Callable[..., list[str]]


def staging_job(report: FakeReport, **target: Any) -> Job:
    return Job(Project(TOP, TOP / "deploy.yml"), config(target=target), "staging", report)


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Logs:
    """Shows the logs through a fake ssh that runs a script. Returns the lines."""

    def show(script: str, on_line: Callable[[str], None] | None = None) -> list[str]:
        add_ssh(script, tmp_path, monkeypatch)
        report = FakeReport()
        if on_line:
            monkeypatch.setattr(report, "say", on_line)
        shell.logs(staging_job(report), lines=7, follow=True)
        return report.said

    return show


def test_logs_are_those_of_all_releases_of_the_site(logs: Logs, tmp_path: Path) -> None:
    logs("")

    argv = (tmp_path / "ssh.argv").read_text()
    assert "journalctl -u 'shop@*' -u nginx -n 7 --no-pager -f" in argv


@pytest.mark.parametrize(
    ("process", "units"),
    [
        (None, "-u 'shop@*' -u 'shop-worker@*' -u shop-prune.service -u nginx -n"),
        ("worker", "-u 'shop-worker@*' -n"),
        ("prune", "-u shop-prune.service -n"),
        ("web", "-u 'shop@*' -n"),
    ],
)
def test_logs_of_processes_and_timers(
    process: str | None, units: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_ssh("", tmp_path, monkeypatch)

    shell.logs(with_processes(), lines=7, follow=False, process=process)

    assert f"journalctl {units} 7 --no-pager" in (tmp_path / "ssh.argv").read_text()


def test_logs_of_a_process_that_deploy_yml_does_not_have_are_refused() -> None:
    with pytest.raises(ConfigError) as raised:
        shell.logs(with_processes(), lines=7, follow=False, process="beat")

    assert raised.value.hint == "It has: web, worker, prune"


def with_processes() -> Job:
    site = config(
        processes={"worker": {"command": "worker"}},
        timers={"prune": {"command": "prune", "calendar": "daily"}},
    )
    return Job(Project(TOP, TOP / "deploy.yml"), site, "staging", FakeReport())


def test_logs_are_shown_line_by_line_with_the_errors_of_ssh(logs: Logs) -> None:
    assert logs("echo one; echo; echo two >&2; printf '\\377'") == ["one", "", "two", "�"]


@pytest.mark.parametrize(("status", "error"), [(255, Unreachable), (1, StepFailed)])
def test_logs_that_cannot_be_shown_are_an_error(
    status: int, error: type[Exception], logs: Logs
) -> None:
    with pytest.raises(error):
        logs(f"exit {status}")


def test_a_host_that_lets_no_deployer_log_in_may_not_be_provisioned(logs: Logs) -> None:
    with pytest.raises(Unreachable) as raised:
        logs("exit 255")

    assert raised.value.hint.endswith("python deploy.py provision --target staging")


def test_ctrl_c_ends_the_logs_without_a_message(logs: Logs) -> None:
    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as raised:
        logs("echo one; sleep 60", interrupt)

    assert raised.value.code == 130


def test_a_machine_without_ssh_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    job = staging_job(FakeReport())

    with pytest.raises(Unreachable, match="ssh is not installed"):
        shell.ssh(job, ())
    with pytest.raises(Unreachable, match="ssh is not installed"):
        shell.logs(job, lines=1, follow=False)
