"""The command line and a target with several hosts: on which of them a verb works."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.fakes import TOP, FakeConnection, printed, settings, well
from tests.unit.staging import LOG, QUERY, SITE, Staging, changes
from understudy.cli import main as cli_main
from understudy.cli import open_site, reports, run, shell
from understudy.data import load as data_load
from understudy.data import pull as data_pull
from understudy.deploy import maintenance, restore
from understudy.errors import StepFailed
from understudy.host import backups, status
from understudy.host import provision as provision_host
from understudy.host.site_status import Status
from understudy.job import Job
from understudy.parity import capture_host
from understudy.rehearsal import verify
from understudy.report.record import Record

QUIET = (*LOG, f"{SITE} secret-set")
HOSTS = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
Main = Callable[[str], int]
FOR_ONE_HOST = [
    *("ssh", "backup", "restore b1 --yes"),
    *("data pull --from staging", "data load --from staging"),
    *("run true", "console", "open"),
]


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """The records of runs, instead of reports in the repository."""
    records: list[Record] = []
    monkeypatch.setattr(reports, "write", lambda project, record, *_: records.append(record))
    return records


@pytest.fixture
def main(tmp_path: Path) -> Main:
    """Runs a line with a target of three hosts, of which two may be changed at once."""
    tree = settings(target={"addresses": HOSTS, "max_unavailable": 2})
    (tmp_path / "deploy.yml").write_text(yaml.safe_dump(tree))

    def run_line(line: str) -> int:
        verb, *words = line.split()
        named = () if "--from" in words and "pull" in words else ("--target", "staging")
        return cli_main.main([verb, "--config", str(tmp_path / "deploy.yml"), *named, *words], TOP)

    return run_line


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the hosts for which a verb was called."""
    hosts: list[str] = []

    def note(job: Job, *_: object, **__: object) -> None:
        hosts.append(job.target.address)
        job.report.say("here")

    def note_well(job: Job, **_: object) -> Status:
        note(job)
        return well()

    for module, name in ((backups, "backup"), (backups, "backups"), (restore, "restore")):
        monkeypatch.setattr(module, name, note)
    for module, name in ((data_pull, "pull"), (data_load, "load")):
        monkeypatch.setattr(module, name, note)
    for module, name in ((verify, "verify"), (provision_host, "provision")):
        monkeypatch.setattr(module, name, note)
    monkeypatch.setattr(status, "status", note_well)
    monkeypatch.setattr(capture_host, "capture", note)
    monkeypatch.setattr(run, "run", note)
    monkeypatch.setattr(open_site, "open_site", note)
    monkeypatch.setattr(shell, "ssh", lambda *given: hosts.append(_address(given)))
    return hosts


def _address(given: tuple[Any, ...]) -> str:
    """The address of the host that ssh() got."""
    [target] = [getattr(part, "target", part) for part in given if hasattr(part, "address")]
    return str(target.address)


@pytest.mark.parametrize("line", FOR_ONE_HOST)
def test_a_verb_for_one_host_lists_the_hosts_to_choose_from(
    line: str, main: Main, called: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line) == 2

    message = capsys.readouterr().err
    assert "staging has 3 hosts" in message
    assert "--host: 192.0.2.1, 192.0.2.2, 192.0.2.3" in message
    assert called == []


@pytest.mark.parametrize(
    "verb", [*FOR_ONE_HOST, "restore", "capture", "verify", "provision", "status"]
)
def test_a_verb_works_on_the_chosen_host_only(verb: str, main: Main, called: list[str]) -> None:
    name, *words = verb.split()

    assert main(" ".join((name, "--host", HOSTS[1], *words))) == 0

    assert called == [HOSTS[1]]


@pytest.mark.parametrize("verb", ["deploy", "ssh", "status", "rollback", "secrets list"])
def test_an_unknown_host_is_exit_code_2(
    verb: str, main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *words = verb.split()

    assert main(" ".join((name, "--host", "192.0.2.9", *words))) == 2

    assert "staging has no host 192.0.2.9" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["capture", "verify", "provision", "status"])
def test_a_verb_for_a_target_works_on_all_its_hosts(
    verb: str, main: Main, called: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(verb) == 0

    assert sorted(called) == HOSTS
    assert sorted(capsys.readouterr().out.splitlines()) == [f"{host}: here" for host in HOSTS]


def test_verify_tests_hosts_of_all_roles(called: list[str], tmp_path: Path) -> None:
    roles = ("proxy", "web", "database")
    hosts = [{"address": host, "roles": [role]} for host, role in zip(HOSTS, roles, strict=True)]
    tree = settings({"database": "postgresql", "media_url": None}, {"hosts": hosts})
    (tmp_path / "deploy.yml").write_text(yaml.safe_dump(tree))
    words = ("--config", str(tmp_path / "deploy.yml"), "--target", "staging")

    assert cli_main.main(["verify", *words], TOP) == 0

    assert called == [HOSTS[2], HOSTS[1], HOSTS[0]]


def test_verify_goes_on_to_the_last_host_after_a_failure(
    main: Main, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail_first(job: Job, **_: object) -> None:
        if job.target.address == HOSTS[0]:
            raise StepFailed("the host tests failed")

    monkeypatch.setattr(verify, "verify", fail_first)

    assert main("verify") == 1

    assert capsys.readouterr().err.splitlines()[:4] == [
        "error: staging: 192.0.2.1 failed",
        "  192.0.2.1: failed: the host tests failed",
        "  192.0.2.2: done",
        "  192.0.2.3: done",
    ]


def test_a_failure_is_reported_and_recorded_with_the_outcome_of_each_host(
    main: Main,
    kept: list[Record],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def provision(job: Job, around: object) -> None:
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
    """Three provisioned hosts."""
    made = [
        FakeConnection({QUERY: staging.facts(), "secret-list": printed("API\n")}, QUIET)
        for _ in HOSTS
    ]
    staging.hosts |= {f"deploy@{host}": one for host, one in zip(HOSTS, made, strict=True)}
    return made


def test_a_secret_is_read_once_and_set_on_all_hosts(
    main: Main, three: list[FakeConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))

    assert main("secrets set API") == 0

    for host in three:
        assert host.sent[0] == "hunter2\n"
        assert any("secret-set API" in note for note in changes(host))


def test_secrets_are_listed_for_each_host(
    main: Main, three: list[FakeConnection], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("secrets list --json") == 0

    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(event["host"], event["names"]) for event in events] == [
        (host, ["API"]) for host in HOSTS
    ]


WITH_ROLES = [
    {"address": HOSTS[0], "roles": ["web"]},
    {"address": HOSTS[1], "roles": ["worker"]},
    {"address": HOSTS[2], "roles": ["database"]},
]


@pytest.fixture
def with_roles(tmp_path: Path) -> Main:
    """Runs a line with a target of a web host, a worker and a database host."""
    tree = settings({"database": "postgresql"}, target={"hosts": WITH_ROLES})
    tree["app"]["media_url"] = None
    (tmp_path / "deploy.yml").write_text(yaml.safe_dump(tree))

    def run_line(line: str) -> int:
        verb, *words = line.split()
        config = ("--config", str(tmp_path / "deploy.yml"))
        return cli_main.main([verb, *config, "--target", "staging", *words], TOP)

    return run_line


@pytest.mark.parametrize("verb", ["run", "backup", "restore", "rollback", "console"])
def test_verb_for_the_app_says_what_another_host_is(
    verb: str, with_roles: Main, called: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    more = " true" if verb == "run" else ""

    assert with_roles(f"{verb} --host {HOSTS[2]}{more}") == 2

    message = capsys.readouterr().err
    assert "staging: 192.0.2.3 (database) has no release of the app" in message
    assert "--host: 192.0.2.1 (web), 192.0.2.2 (worker)." in message
    assert called == []


@pytest.mark.parametrize("verb", ["ssh", "capture", "status"])
def test_verb_for_any_host_works_on_the_database(
    verb: str, with_roles: Main, called: list[str]
) -> None:
    assert with_roles(f"{verb} --host {HOSTS[2]}") == 0

    assert called == [HOSTS[2]]


def test_maintenance_is_shown_by_the_hosts_with_visitors(
    with_roles: Main, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned: list[str] = []
    monkeypatch.setattr(maintenance, "turn_on", lambda job, *_: turned.append(job.target.address))

    assert with_roles("maintenance on") == 0
    assert with_roles(f"maintenance --host {HOSTS[1]} on") == 2

    assert turned == [HOSTS[0]]
