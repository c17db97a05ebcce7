"""A deploy and a rollback of several hosts: which hosts they change, and when they stop."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.unit.deploy.test_deploy_host import deployed
from tests.unit.fakes import FakeConnection, failed, manifest, printed
from tests.unit.staging import APPLIED, DEPLOY, QUERY, Staging, changes, lines_of
from understudy.config.secrets import Secret
from understudy.deploy import proxies, rollout
from understudy.diagnosis import evidence
from understudy.errors import ConfigError, Refused, StepFailed, Unreachable
from understudy.host import all_hosts
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.receipts import gate
from understudy.release import bytecode, wheels, worktree
from understudy.release import source as sources
from understudy.release.commit_facts import LFS_POINTER, CommitFacts
from understudy.release.source import Source
from understudy.ssh.connection import Result

QUIET = (*DEPLOY, "journalctl", APPLIED, "touch /srv/shop/releases/")
HOSTS = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
Answers = dict[str, Result | list[Result]]
OLD, NEW = manifest("c0ffee00-old", "2024-02-01"), manifest("c0ffee00-new", "2024-03-01")


@pytest.fixture
def staging(deployable: Staging, monkeypatch: pytest.MonkeyPatch) -> Staging:
    """Failures of several hosts are explained, too."""
    monkeypatch.setattr(evidence, "SshConnection", deployable.connect)
    return deployable


def hosts(staging: Staging, *answers: Answers) -> list[FakeConnection]:
    """The HOSTS: provisioned and without a release, unless the answers differ."""
    made = [
        FakeConnection({**given, QUERY: given.get(QUERY, staging.facts())}, QUIET)
        for given in answers
    ]
    staging.hosts |= {f"deploy@{host}": one for host, one in zip(HOSTS, made, strict=True)}
    return made


def job(staging: Staging, **target: Any) -> Job:
    return staging.job(addresses=HOSTS, **target)


def deploy(staging: Staging, **target: Any) -> None:
    rollout.deploy(job(staging, **target), probe=False, wait=0, without_rehearsal=None)


def rollback(staging: Staging, to: str | None = None) -> None:
    rollout.rollback(job(staging), to, with_data=False, anyway=False, probe=False, wait=0)


def touched(made: list[FakeConnection]) -> list[bool]:
    return [bool(changes(host)) for host in made]


@pytest.mark.parametrize("size", [1, 2, 9])
def test_same_commit_is_live_on_all_hosts_afterwards(size: int, staging: Staging) -> None:
    made = hosts(staging, {}, {}, {})

    deploy(staging, max_unavailable=size)

    [what] = {json.loads(host.sent[0])["what"] for host in made}
    for address, host in zip(HOSTS, made, strict=True):
        assert host.notes[-1] == "closed"
        assert host.notes.count("closed") == 2, "the look at it and its deploy"
        assert staging.report.said_of[address][-1].startswith(f"{what} is live on staging")


def test_deploy_that_has_nothing_to_do_asks_each_host_once(staging: Staging) -> None:
    facts = deployed(staging)
    made = hosts(staging, {QUERY: facts}, {QUERY: facts}, {QUERY: facts})

    deploy(staging, require_receipt=True)

    assert [len(host.notes) for host in made] == [2, 2, 2]
    assert list(staging.report.said_of) == [*HOSTS, ""]
    *said, summary = staging.report.said
    assert all("nothing to do" in line for line in said)
    assert summary == "staging: 3 hosts, no change"


def test_hosts_that_are_up_to_date_are_left_alone(staging: Staging) -> None:
    facts = deployed(staging)
    made = hosts(staging, {QUERY: facts}, {}, {QUERY: facts})

    deploy(staging)

    assert touched(made) == [False, True, False]
    assert list(staging.report.said_of) == [HOSTS[0], HOSTS[2], HOSTS[1], ""]
    assert staging.report.said[-1] == "staging: 1 of 3 hosts changed"


def test_batch_with_a_failure_is_the_last(staging: Staging) -> None:
    made = hosts(staging, {}, {"migrate": failed("no such table")}, {})

    with pytest.raises(StepFailed, match=r"192\.0\.2\.2 failed; 1 not begun") as raised:
        deploy(staging)

    assert touched(made) == [True, True, False]
    first, second, log, last = raised.value.details.splitlines()
    assert first == "192.0.2.1: done"
    assert second.startswith("192.0.2.2: failed: ")
    assert log == "  no such table"
    assert last == "192.0.2.3: not begun"
    assert "No release is live yet" in raised.value.hint


def test_deploy_continues_where_the_one_before_stopped(staging: Staging) -> None:
    facts = deployed(staging)
    made = hosts(staging, {QUERY: facts}, {}, {})

    deploy(staging)

    assert touched(made) == [False, True, True]


@pytest.mark.parametrize(
    ("answer", "kind"), [(None, Unreachable), ("not provisioned", Refused)], ids=str
)
def test_no_host_is_begun_unless_all_can_be(
    answer: str | None, kind: type[Exception], staging: Staging
) -> None:
    made = hosts(staging, {}, {}, {QUERY: staging.facts(stamp="")})
    if answer is None:
        staging.hosts[f"deploy@{HOSTS[2]}"] = Unreachable("gone")

    with pytest.raises(kind, match=r"192\.0\.2\.3 failed; nothing was changed"):
        deploy(staging)

    assert touched(made) == [False, False, False]


def test_each_host_is_compared_with_the_receipt_before_any_is_touched(
    staging: Staging, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hosts(staging, {}, {}, {})

    def check(job: Job, given: Source, connection: object) -> None:
        assert given is source
        if connection is made[2]:
            raise Refused("has another Python")

    monkeypatch.setattr(gate, "check", check)

    with pytest.raises(Refused) as raised:
        deploy(staging, require_receipt=True)

    assert raised.value.details == "192.0.2.3: failed: has another Python"
    assert touched(made) == [False, False, False]


def test_uncommitted_changes_are_warned_of_once(
    staging: Staging, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts(staging, {}, {}, {})
    dirty = replace(source, dirty=(" M shop/wsgi.py",))
    monkeypatch.setattr(sources, "resolve_source", lambda *_: dirty)

    deploy(staging)

    assert len(staging.report.warnings) == 1
    with pytest.raises(Refused, match="uncommitted"):
        deploy(staging, require_clean=True)


@pytest.mark.parametrize("size", [1, 3])
def test_what_is_shipped_is_made_once(
    size: int, staging: Staging, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = replace(source, dirty=(f"for batches of {size}",))
    monkeypatch.setattr(sources, "resolve_source", lambda *_: another)
    compiled: list[str] = []

    def compile_once(_: str, directory: str, files: object) -> tuple[()]:
        compiled.append(directory)
        return ()

    monkeypatch.setattr(bytecode, "compiled", compile_once)
    making: list[str] = []

    def get(*_: object) -> dict[str, Path]:
        assert making == [], "one at a time, so that the next host finds it made"
        making.append("packages")
        making.pop()
        return {"a-1": staging.directory / "a-1.tar.gz"}

    monkeypatch.setattr(wheels, "packages", get)
    hosts(staging, {}, {}, {})

    deploy(staging, max_unavailable=size)

    assert len(compiled) == 1


def test_plan_reports_each_host_in_order_and_changes_none(staging: Staging) -> None:
    facts = deployed(staging)
    made = hosts(staging, {}, {QUERY: facts}, {})

    rollout.plan(job(staging))

    said = staging.report.said_of
    assert list(said) == list(HOSTS)
    assert "nothing to do" in said[HOSTS[1]][0]
    for host in (HOSTS[0], HOSTS[2]):
        assert any(line.startswith("  switch to ") for line in said[host])
    assert touched(made) == [False, False, False]


@pytest.mark.parametrize("required", [True, False])
def test_plan_ends_with_why_a_deploy_would_be_refused(
    required: bool, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(job: Job, given: Source, connection: object) -> None:
        raise Refused("commit 0123 was not rehearsed: it has no receipt")

    monkeypatch.setattr(gate, "check", check)
    made = hosts(staging, {}, {QUERY: deployed(staging)}, {})

    rollout.plan(job(staging, require_receipt=required))

    refusals = {
        host: [line for line in said if "would be refused" in line]
        for host, said in staging.report.said_of.items()
    }
    line = "a deploy to staging would be refused: commit 0123 was not rehearsed: it has no receipt"
    refused = [line] if required else []
    # The second one has nothing to do, and a deploy to it needs no receipt.
    assert [refusals[host] for host in HOSTS] == [refused, [], refused]
    assert not required or staging.report.said_of[HOSTS[2]][-1] == line
    assert touched(made) == [False, False, False]


def with_releases(staging: Staging, *, before: bool = True) -> Answers:
    releases = (OLD, NEW) if before else (NEW,)
    return {QUERY: staging.facts(*lines_of(*releases, current=NEW.id))}


def test_rollback_changes_all_hosts(staging: Staging) -> None:
    made = hosts(staging, *(with_releases(staging) for _ in HOSTS))

    rollback(staging)

    assert {json.loads(host.sent[0])["what"] for host in made} == {OLD.id}


def test_rollback_is_not_begun_if_a_host_has_no_earlier_release(staging: Staging) -> None:
    made = hosts(
        staging,
        with_releases(staging),
        with_releases(staging, before=False),
        with_releases(staging),
    )

    with pytest.raises(Refused, match="nothing was changed") as raised:
        rollback(staging)

    assert "192.0.2.2: failed: staging has no earlier release" in raised.value.details
    assert touched(made) == [False, False, False]


def test_rollback_stops_where_it_fails(staging: Staging) -> None:
    down = {"understudy-site shop start": failed("no"), "ActiveState -p NRestarts": failed()}
    bad = {**down, **with_releases(staging)}
    made = hosts(staging, with_releases(staging), bad, with_releases(staging))

    with pytest.raises(StepFailed, match="1 not begun"):
        rollback(staging)

    assert touched(made) == [True, True, False]


@pytest.mark.parametrize("verb", ["deploy", "plan"])
def test_commit_that_cannot_work_is_refused_before_any_connection(
    verb: str, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no host here: a connection would be another error."""
    monkeypatch.setattr(worktree, "committed", lambda _: CommitFacts(texts={"a.png": LFS_POINTER}))
    deploy = partial(rollout.deploy, probe=False, wait=0, without_rehearsal=None)
    runs: dict[str, Callable[[Job], object]] = {"plan": rollout.plan, "deploy": deploy}

    with pytest.raises(ConfigError, match="a pointer of git LFS"):
        runs[verb](staging.job())


@pytest.mark.parametrize("size", [1, 3])
def test_commit_is_looked_for_once(
    size: int, staging: Staging, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository with a URL is fetched each time."""
    found: list[Source | None] = []

    def resolve(*given: Any) -> Source:
        found.append(given[3])
        return source

    monkeypatch.setattr(sources, "resolve_source", resolve)
    hosts(staging, {}, {}, {})

    deploy(staging, max_unavailable=size)
    rollout.plan(job(staging))

    assert found == [replace(source, lock=""), source] * 2


ROLES = [
    {"address": HOSTS[0], "roles": ["web", "worker"]},
    {"address": HOSTS[1], "roles": ["web"]},
    {"address": HOSTS[2], "roles": ["web", "database"]},
]


def with_roles(staging: Staging, **parts: Any) -> Job:
    made = staging.job(app={"database": "postgresql", "media_url": None}, hosts=ROLES)
    return replace(made, config=made.config.model_copy(update=parts))


def facts_of(staging: Staging, job: Job, *lines: str) -> list[Answers]:
    """What each host answers: it is provisioned by its roles."""
    stamps = [of_project(job.project, one.config, one.target).stamp for one in all_hosts.jobs(job)]
    return [{QUERY: staging.facts(*lines, stamp=stamp)} for stamp in stamps]


def switches(host: FakeConnection) -> list[str]:
    return [note for note in host.notes if "mv -T current.new current" in note]


def test_hosts_that_share_their_data_switch_together(staging: Staging) -> None:
    job = with_roles(staging)
    made = hosts(staging, *facts_of(staging, job))

    rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)

    titles = [title for title, _ in staging.report.steps]
    assert titles.count("wait until all hosts have the release") == 1, "the first, which migrates"
    assert titles.count("wait until all hosts are ready") == len(HOSTS)
    [found] = [fields for event, fields in staging.report.results if event == "switched"]
    assert list(found["hosts"]) == list(HOSTS)
    assert found["seconds"] < 1
    assert any("3 hosts switched within 0." in line for line in staging.report.said_of[""])
    assert [len(switches(host)) for host in made] == [1, 1, 1]


def test_failure_on_one_host_is_the_error_and_no_host_switches(staging: Staging) -> None:
    job = with_roles(staging)
    answers = facts_of(staging, job)
    answers[1]["commands.py"] = failed("no space left")
    made = hosts(staging, *answers)

    with pytest.raises(StepFailed, match=r"^staging: 192\.0\.2\.2 \(web\) failed\n") as raised:
        rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)

    details = raised.value.details
    assert "192.0.2.1 (web, worker): stopped: 192.0.2.2 (web) failed; not switched" in details
    assert "192.0.2.3 (web, database): stopped: 192.0.2.2 (web) failed; not switched" in details
    for host in made:
        assert switches(host) == []
        assert "failed: " in host.sent[-1], "in the audit log"


def test_secret_that_hosts_would_make_each_for_itself_is_refused(staging: Staging) -> None:
    job = with_roles(staging, secrets={"SIGNING_KEY": Secret(generate=50)})
    made = hosts(staging, *facts_of(staging, job))

    with pytest.raises(Refused, match="nothing was changed") as raised:
        rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)

    assert "lacks SIGNING_KEY, of `secrets` in deploy.yml" in raised.value.details
    assert "provision --target staging" in raised.value.hint
    assert touched(made) == [False, False, False]


def test_hosts_with_other_secrets_are_refused(staging: Staging) -> None:
    """The same commit would be another release there, and a session valid on one host alone."""
    job = with_roles(staging)
    answers = facts_of(staging, job)
    last = answers[2][QUERY]
    assert isinstance(last, Result)
    answers[2][QUERY] = printed(last.output.replace("end\tok", "secrets\t3 4\nend\tok"))
    made = hosts(staging, *answers)

    with pytest.raises(Refused, match="another release on each host") as raised:
        rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)

    assert len(raised.value.details.splitlines()) == len(HOSTS)
    assert touched(made) == [False, False, False]


def test_rollback_of_hosts_that_share_their_data_is_to_one_release(staging: Staging) -> None:
    job = with_roles(staging)
    older = manifest("c0ffee00-older", "2024-01-01")
    both = facts_of(staging, job, *lines_of(older, OLD, NEW, current=NEW.id))
    rolled_back = facts_of(staging, job, *lines_of(older, OLD, NEW, current=OLD.id))
    made = hosts(staging, rolled_back[0], *both[1:])

    with pytest.raises(Refused, match="different releases") as raised:
        rollout.rollback(job, None, with_data=False, anyway=False, probe=False, wait=0)

    assert raised.value.details.splitlines() == [
        f"{HOSTS[0]}: {older.id}",
        f"{HOSTS[1]}: {OLD.id}",
        f"{HOSTS[2]}: {OLD.id}",
    ]
    assert "rollback --to RELEASE" in raised.value.hint
    assert touched(made) == [False, False, False]

    rollout.rollback(job, OLD.id, with_data=False, anyway=False, probe=False, wait=0)

    assert touched(made)[1:] == [True, True]


def migrating(made: list[FakeConnection]) -> list[bool]:
    """Whether each host has a command to migrate."""
    jobs = [[note for note in host.notes if "commands.py" in note] for host in made]
    assert [len(found) for found in jobs] == [1] * len(made)
    return ["manage.py migrate" in found[0] for found in jobs]


def test_first_host_migrates_once_for_all(staging: Staging) -> None:
    job = with_roles(staging)
    made = hosts(staging, *facts_of(staging, job))

    rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)

    assert migrating(made) == [True, False, False]


def test_chosen_host_migrates_itself(staging: Staging) -> None:
    job = with_roles(staging)
    made = hosts(staging, *facts_of(staging, job))

    chosen = replace(job, address=HOSTS[1])
    rollout.deploy(chosen, probe=False, wait=0, without_rehearsal=None)

    assert migrating(made[1:2]) == [True]


def test_plan_has_the_migrations_on_the_host_that_runs_them(staging: Staging) -> None:
    job = with_roles(staging)
    hosts(staging, *facts_of(staging, job))

    rollout.plan(job)

    plans = [fields for event, fields in staging.report.results if event == "plan"]
    commands = [[line for step in one["steps"] for line in step["commands"]] for one in plans]
    assert ["manage.py migrate" in " ".join(lines) for lines in commands] == [True, False, False]
    assert [one["migrations"]["host"] for one in plans] == ["", HOSTS[0], HOSTS[0]]
    said = staging.report.said_of
    assert f"migrations would run on {HOSTS[0]}, once for all hosts" in said[HOSTS[1]]


def test_proxies_count_among_the_hosts_that_have_changed(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = with_roles(staging)
    hosts(staging, *facts_of(staging, job))
    done = (proxies.Done(changed=True), proxies.Done(changed=False))
    monkeypatch.setattr(proxies, "deploy", lambda *_, **__: done)

    rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)

    assert staging.report.said_of[""][-1] == "staging: 4 of 5 hosts (2 proxies) changed"


def test_warnings_of_a_proxy_are_the_deploys(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rehearsal whose proxy has got no certificate has not passed."""
    staging.host(deployed(staging))
    done = (proxies.Done(changed=True, warnings=("no certificate was issued",)),)
    monkeypatch.setattr(proxies, "deploy", lambda *_, **__: done)

    warnings = rollout.deploy(staging.job(), probe=False, wait=0, without_rehearsal=None)

    assert warnings == ("no certificate was issued",)


def test_proxy_beside_a_single_web_host_counts(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging.host(deployed(staging))
    done = (proxies.Done(changed=False),)
    monkeypatch.setattr(proxies, "deploy", lambda *_, **__: done)

    rollout.deploy(staging.job(), probe=False, wait=0, without_rehearsal=None)

    assert staging.report.said[-1] == "staging: 2 hosts (1 proxy), no change"
