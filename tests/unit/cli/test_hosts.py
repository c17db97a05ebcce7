"""The command line and a target with several hosts: which of them a verb is about."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.fakes import TOP, FakeConnection, printed, settings
from tests.unit.staging import LOG, QUERY, SITE, Staging, changes
from understudy.cli import main as cli_main
from understudy.cli import reports, shell
from understudy.data import load as data_load
from understudy.data import pull as data_pull
from understudy.deploy import restore
from understudy.errors import StepFailed
from understudy.host import backups, status
from understudy.host import provision as provision_host
from understudy.job import Job
from understudy.parity import capture_host
from understudy.rehearsal import verify
from understudy.report.record import Record

QUIET = (*LOG, f"{SITE} secret-set")
HOSTS = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
Main = Callable[[str], int]
ABOUT_ONE = [
    *("ssh", "logs", "backup", "restore", "restore b1 --yes"),
    *("data pull --from staging", "data load --from staging", "capture"),
]


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """The records of runs, instead of reports in the project's own directory."""
    records: list[Record] = []
    monkeypatch.setattr(reports, "keep", lambda project, record, report: records.append(record))
    return records


@pytest.fixture
def main(tmp_path: Path) -> Main:
    """The command line with a target of several hosts, and of several that may be changed at once."""
    tree = settings(target={"addresses": HOSTS, "max_unavailable": 2})
    (tmp_path / "deploy.yml").write_text(yaml.safe_dump(tree))

    def run(line: str) -> int:
        verb, *words = line.split()
        named = () if "--from" in words and "pull" in words else ("--target", "staging")
        return cli_main.main([verb, "--config", str(tmp_path / "deploy.yml"), *named, *words], TOP)

    return run


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts for which a verb was called."""
    hosts: list[str] = []

    def note(job: Job, *_: object, **__: object) -> None:
        hosts.append(job.target.address)
        job.report.say("here")

    for module, name in ((backups, "backup"), (backups, "backups"), (restore, "restore")):
        monkeypatch.setattr(module, name, note)
    for module, name in ((data_pull, "pull"), (data_load, "load")):
        monkeypatch.setattr(module, name, note)
    for module, name in ((verify, "verify"), (provision_host, "provision"), (status, "status")):
        monkeypatch.setattr(module, name, note)
    monkeypatch.setattr(capture_host, "capture", note)
    for name in ("ssh", "logs"):
        monkeypatch.setattr(shell, name, lambda *given, **_: hosts.append(_address(given)))
    return hosts


def _address(given: tuple[Any, ...]) -> str:
    """Of the host among what ssh() and logs() were given."""
    [address] = [part.address for part in given if hasattr(part, "address")]
    return str(address)


@pytest.mark.parametrize("line", ABOUT_ONE)
def test_verb_about_one_host_asks_for_its_choice_and_lists_them(
    line: str, main: Main, called: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line) == 2

    told = capsys.readouterr().err
    assert "staging has 3 hosts" in told
    assert "--host: 192.0.2.1, 192.0.2.2, 192.0.2.3" in told
    assert called == []


@pytest.mark.parametrize("verb", [*ABOUT_ONE, "verify", "provision", "status"])
def test_chosen_host_is_the_only_one(verb: str, main: Main, called: list[str]) -> None:
    name, *words = verb.split()

    assert main(" ".join((name, "--host", HOSTS[1], *words))) == 0

    assert called == [HOSTS[1]]


@pytest.mark.parametrize("verb", ["deploy", "ssh", "status", "rollback", "secrets list"])
def test_host_that_is_not_there_is_wrong_use(
    verb: str, main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *words = verb.split()

    assert main(" ".join((name, "--host", "192.0.2.9", *words))) == 2

    assert "staging has no host 192.0.2.9" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["verify", "provision", "status"])
def test_verb_about_a_target_is_about_all_its_hosts(
    verb: str, main: Main, called: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(verb) == 0

    assert sorted(called) == HOSTS
    assert sorted(capsys.readouterr().out.splitlines()) == [f"{host}: here" for host in HOSTS]


def test_failure_is_told_with_what_became_of_each_host_and_kept(
    main: Main,
    kept: list[Record],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def provision(job: Job) -> None:
        with job.report.step("provision staging"):
            if job.target.address == HOSTS[1]:
                raise StepFailed("provisioning failed", "E: no space", "make room")

    monkeypatch.setattr(provision_host, "provision", provision)

    assert main("provision") == 1

    assert capsys.readouterr().err.splitlines() == [
        "error: staging: 192.0.2.2 failed; 1 not begun",
        "  192.0.2.1: done",
        "  192.0.2.2: failed: provisioning failed",
        "    E: no space",
        "  192.0.2.3: not begun",
        "try: make room",
    ]
    steps = {step.title: step.ok for step in kept[0].phases[0].steps}
    assert steps == {
        "192.0.2.1: provision staging": True,
        "192.0.2.2: provision staging": False,
    }


@pytest.fixture
def three(staging: Staging) -> list[FakeConnection]:
    """The hosts, provisioned."""
    made = [
        FakeConnection({QUERY: staging.facts(), "secret-list": printed("API\n")}, QUIET)
        for _ in HOSTS
    ]
    staging.hosts |= {f"deploy@{host}": one for host, one in zip(HOSTS, made, strict=True)}
    return made


def test_secret_is_asked_for_once_and_set_on_all_hosts(
    main: Main, three: list[FakeConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))

    assert main("secrets set API") == 0

    for host in three:
        assert host.sent[0] == "hunter2\n"
        assert any("secret-set API" in note for note in changes(host))


def test_secrets_are_listed_host_by_host(
    main: Main, three: list[FakeConnection], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("secrets list --json") == 0

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(event["host"], event["text"]) for event in told] == [(host, "API") for host in HOSTS]
