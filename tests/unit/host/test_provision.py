"""Provisioning over SSH: the script runs as root, and a firewall is confirmed over a new connection."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import QUERY, Staging
from understudy.config.backups import Backups
from understudy.config.services import Services
from understudy.config.target import TargetConfig
from understudy.errors import LoginRefused, Refused, StepFailed, Unreachable, WouldChange
from understudy.host import provision as provision_host
from understudy.job import Job
from understudy.local.share import Share
from understudy.ssh.connection import Result

EXPECTED = (".understudy-provision.sh", "understudy-firewall-undo shop confirm")


def admin(
    staging: Staging, answer: Result, more: Mapping[str, Result] | None = None
) -> FakeConnection:
    script = {"understudy-provision.sh shop": answer}
    answers = {QUERY: staging.facts(stamp=""), **script, **(more or {})}
    host = FakeConnection(answers, EXPECTED)
    staging.hosts["debian"] = host
    return host


def test_provisioning_runs_the_script_as_root_and_leaves_no_copy(staging: Staging) -> None:
    host = admin(staging, printed("==> packages\nGet:1 nginx\n==> users\n"))

    provision_host.provision(staging.job())

    _, put, run, remove, *_ = host.notes
    assert host.files[".understudy-provision.sh"].startswith(b"#!/bin/sh\n# Makes a bare Debian")
    assert put == "put .understudy-provision.sh"
    assert run == (
        "sudo -n env CONFIRM_SECONDS=60 sh .understudy-provision.sh "
        f"shop deploy debian C.UTF-8 Etc/UTC {staging.stamp()}"
    )
    assert remove == "rm -f .understudy-provision.sh"
    assert staging.report.details == ["packages", "users"]


@pytest.mark.parametrize(("place", "shown"), [("sftp:backup@nas:/b", True), ("/mnt/disk", False)])
def test_key_for_the_server_of_backups_is_shown(place: str, shown: bool, staging: Staging) -> None:
    key = printed("ssh-ed25519 AAAA backups of shop\n")
    admin(staging, printed(""), {"/off-host": key})
    job = staging.job()
    backups = Backups.model_validate({"to": place})

    provision_host.provision(
        replace(job, config=job.config.model_copy(update={"backups": backups}))
    )

    assert ("ssh-ed25519 AAAA backups of shop" in "\n".join(staging.report.said)) == shown
    [(_, fields)] = staging.report.results
    assert bool(fields["backup_key"]) == shown


def test_provisioning_reports_how_far_apt_is(staging: Staging) -> None:
    lines = (
        "0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.",
        "Need to get 1,640 kB of archives.",
        "Get:1 http://deb.debian.org/debian bookworm/main amd64 nginx amd64 1.22 [1,640 kB]",
        "Unpacking nginx (1.22) ...",
        "Setting up nginx (1.22) ...",
    )
    admin(staging, printed("==> packages\n" + "".join(f"{line}\n" for line in lines)))

    provision_host.provision(staging.job())

    assert staging.report.shares == [
        Share(0, 1_640_000),
        Share(0, 2, "packages"),
        Share(1, 2, "packages"),
    ]


def test_package_that_is_not_to_be_had_comes_with_the_key_that_wants_it(staging: Staging) -> None:
    admin(staging, failed("", "provision: apt lists no package 'redis-server': its name is wrong"))
    job = staging.job()
    services = Services.model_validate({"redis": {}})
    job = replace(job, config=job.config.model_copy(update={"services": services}))

    with pytest.raises(StepFailed) as raised:
        provision_host.provision(job)

    assert "redis-server by its key services.redis" in raised.value.cause


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("E: Unable to locate package nignx", "run the same command again"),
        ("sudo: a password is required", "debian sudo without a password"),
    ],
)
def test_provisioning_that_fails_shows_why_and_what_to_do(
    text: str, hint: str, staging: Staging
) -> None:
    host = admin(staging, failed("line\n" * 100, text))

    with pytest.raises(StepFailed, match="provisioning staging failed") as raised:
        provision_host.provision(staging.job())

    assert raised.value.details.splitlines()[-1] == text
    assert hint in raised.value.hint
    assert "rm -f .understudy-provision.sh" in host.notes
    assert not [note for note in host.notes if "confirm" in note], "the host restores its firewall"


def fresh(staging: Staging) -> FakeConnection:
    return FakeConnection({QUERY: staging.facts(stamp="")}, EXPECTED)


def connections(
    staging: Staging, monkeypatch: pytest.MonkeyPatch, *made: FakeConnection | Exception
) -> None:
    """The admin's connections, one after another."""
    coming = list(made)

    def connect(target: TargetConfig, user: str) -> FakeConnection:
        assert user == "debian"
        staging.hosts[user] = coming.pop(0)
        return staging.connect(target, user)

    monkeypatch.setattr(provision_host, "SshConnection", connect)


def test_firewall_is_confirmed_over_a_new_connection(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = fresh(staging), FakeConnection(quiet=EXPECTED)
    connections(staging, monkeypatch, first, second)

    provision_host.provision(staging.job())

    confirm = "sudo -n /usr/local/sbin/understudy-firewall-undo shop confirm"
    assert second.notes == [confirm, "closed"]
    assert confirm not in first.notes
    assert staging.report.steps == [("provision staging", True)]


@pytest.mark.parametrize("error", [Unreachable("timed out"), LoginRefused("not accepted")])
def test_host_that_is_unreachable_after_provisioning_is_an_error(
    error: Exception, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections(staging, monkeypatch, fresh(staging), error)

    with pytest.raises(StepFailed, match="restores the old ones within 60 seconds") as raised:
        provision_host.provision(staging.job())

    assert raised.value.details == str(error)
    assert "port" in raised.value.hint
    assert "ssh_port" in raised.value.hint
    assert staging.report.steps == [("provision staging", False)]


def test_confirm_that_comes_too_late_is_an_error(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = FakeConnection({"confirm": failed(errors="too late")})
    connections(staging, monkeypatch, fresh(staging), late)

    with pytest.raises(StepFailed, match="could not be confirmed") as raised:
        provision_host.provision(staging.job())

    assert raised.value.details == "too late"


def test_what_is_in_the_way_is_a_refusal_with_file_and_line(staging: Staging) -> None:
    said = "provision: refused: /etc/nginx/sites-enabled/shop:2: listens\nprovision: nothing was changed"
    admin(staging, failed("==> look\n", said))

    with pytest.raises(Refused, match="nothing was changed") as raised:
        provision_host.provision(staging.job())

    assert raised.value.details == "/etc/nginx/sites-enabled/shop:2: listens"


ADD = "would run: useradd deploy\n"
CHANGES = f"==> users\n{ADD}==> nginx\nwould write /etc/nginx/x\n{ADD}"


def test_check_shows_what_would_change_and_changes_nothing(staging: Staging) -> None:
    host = admin(staging, printed(CHANGES))

    with pytest.raises(WouldChange, match="2 changes") as raised:
        provision_host.check(staging.job())

    assert raised.value.exit_code == 1
    assert staging.report.said == ["would run: useradd deploy", "would write /etc/nginx/x"]
    _, _, run, *_ = host.notes
    assert run.startswith("sudo -n env CONFIRM_SECONDS=60 CHECK=1 sh ")
    assert not [note for note in host.notes if "confirm" in note]


@pytest.mark.parametrize(
    ("found", "runs", "said"),
    [("==> users\n", 1, ["staging: nothing to change"]), (CHANGES, 2, [])],
)
def test_provisioning_of_a_host_that_is_as_it_should_be_changes_nothing_and_says_so(
    found: str, runs: int, said: list[str], staging: Staging
) -> None:
    host = admin(staging, printed(found))
    host.answers = {QUERY: staging.facts(), "understudy-provision.sh shop": printed(found)}

    provision_host.provision(staging.job())

    calls = [note for note in host.notes if "understudy-provision.sh shop" in note]
    assert (len(calls), staging.report.said) == (runs, said)
    assert "CHECK=1" in calls[0]
    assert [note for note in host.notes if "confirm" in note] == [] or runs == 2


def test_check_without_a_change_passes(staging: Staging) -> None:
    admin(staging, printed("==> users\n==> nginx\n"))

    provision_host.check(staging.job())

    assert staging.report.said == ["staging: nothing to change"]


@pytest.mark.parametrize("verb", [provision_host.provision, provision_host.check])
def test_domain_of_another_site_is_refused_before_anything_is_changed(
    verb: Callable[[Job], None], staging: Staging
) -> None:
    wiki = "line\t/etc/nginx/sites-enabled/wiki\tserver {{ server_name {}; }}"
    host = admin(staging, printed(""))
    host.answers = {QUERY: staging.facts(wiki.format("shop.test"), stamp="")}

    with pytest.raises(Refused, match=r"name shop\.test") as raised:
        verb(staging.job())

    assert raised.value.details == "/etc/nginx/sites-enabled/wiki:1: server_name shop.test"
    assert not [note for note in host.notes if "provision.sh" in note]
