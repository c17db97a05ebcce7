"""When a deploy or a rollback runs hooks: those of this machine once, those of hosts under the host's lock."""

import json
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.unit.deploy.test_deploy_host import deployed
from tests.unit.fakes import FakeConnection, failed, manifest
from tests.unit.staging import APPLIED, DEPLOY, QUERY, Staging, changes, lines_of
from understudy.config.hooks import Hooks
from understudy.deploy import rollout
from understudy.diagnosis import evidence
from understudy.errors import HookFailed, StepFailed
from understudy.hooks import run
from understudy.host import late_entry
from understudy.job import Job

HOSTS = ("192.0.2.1", "192.0.2.2")
OLD = manifest("old")
QUIET = (*DEPLOY, "journalctl", APPLIED, "on-the-host")


@pytest.fixture
def staging(deployable: Staging, monkeypatch: pytest.MonkeyPatch) -> Staging:
    monkeypatch.setattr(evidence, "SshConnection", deployable.connect)
    return deployable


def job(staging: Staging, hooks: dict[str, Any], **target: Any) -> Job:
    made = staging.job(**target)
    config = made.config.model_copy(update={"hooks": Hooks.model_validate(hooks)})
    return Job(made.project, config, made.target_name, staging.report)


def deploy(job: Job) -> None:
    rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)


AUDIT = "sudo -n /usr/local/sbin/understudy-site shop log"


def entries(host: FakeConnection) -> list[tuple[str, str]]:
    """Verbs and outcomes in the audit log."""
    found = [json.loads(line) for line in host.sent]
    return [(one["verb"], one["outcome"].removeprefix("failed: ")) for one in found]


def note(folder: Path, name: str) -> list[str]:
    return ["sh", "-c", f"echo $UNDERSTUDY_EVENT $UNDERSTUDY_RELEASE >>{folder}/{name}"]


def test_hook_here_runs_once_for_several_hosts_and_one_of_hosts_on_each(
    staging: Staging, tmp_path: Path
) -> None:
    hosts = [FakeConnection({QUERY: staging.facts()}, QUIET) for _ in HOSTS]
    staging.hosts |= {f"deploy@{name}": host for name, host in zip(HOSTS, hosts, strict=True)}
    on_host = {"command": "on-the-host", "where": "host"}
    hooks = {
        "before_deploy": [note(tmp_path, "notes")],
        "after_deploy": [note(tmp_path, "notes"), on_host],
    }

    deploy(job(staging, hooks, addresses=HOSTS))

    release = json.loads(hosts[0].sent[0])["what"]
    assert (tmp_path / "notes").read_text() == f"before_deploy\nafter_deploy {release}\n"
    for host in hosts:
        [ran] = [place for place, one in enumerate(host.notes) if "on-the-host" in one]
        assert ran < host.notes.index("unlock")


def test_deploy_is_refused_by_a_hook_before_it_and_nothing_is_changed(staging: Staging) -> None:
    host = FakeConnection({QUERY: staging.facts()}, QUIET)
    staging.hosts["deploy"] = host

    with pytest.raises(HookFailed) as raised:
        deploy(job(staging, {"before_deploy": ["false"]}))

    assert raised.value.exit_code == 1
    assert "nothing was changed" in raised.value.summary
    assert changes(host) == [AUDIT]
    assert entries(host) == [("deploy", raised.value.summary)]


def test_failed_hook_here_after_it_is_in_the_log_of_each_host(staging: Staging) -> None:
    hosts = [FakeConnection({QUERY: staging.facts()}, QUIET) for _ in HOSTS]
    staging.hosts |= {f"deploy@{name}": host for name, host in zip(HOSTS, hosts, strict=True)}
    hooks = {"after_deploy": [{"command": "false", "fatal": True}]}

    with pytest.raises(HookFailed) as raised:
        deploy(job(staging, hooks, addresses=HOSTS))

    for host in hosts:
        assert entries(host) == [("deploy", "done"), ("deploy", raised.value.summary)]


def test_interrupted_hook_here_is_in_the_log(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    host = FakeConnection({QUERY: staging.facts()}, QUIET)
    staging.hosts["deploy"] = host
    monkeypatch.setattr(run, "_here", interrupted)

    with pytest.raises(KeyboardInterrupt):
        deploy(job(staging, {"before_deploy": ["true"]}))

    assert entries(host) == [("deploy", "interrupted")]


def test_host_that_does_not_answer_holds_up_no_failure(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Event()
    monkeypatch.setattr(late_entry, "SECONDS", 0.1)
    monkeypatch.setattr(late_entry, "SshConnection", lambda *_: later.wait(10))
    staging.hosts["deploy"] = FakeConnection({QUERY: staging.facts()}, QUIET)

    with pytest.raises(HookFailed):
        deploy(job(staging, {"before_deploy": ["false"]}))

    assert "does not answer within" in staging.report.warnings[-1]
    later.set()


def test_release_of_a_failed_hook_after_it_stays_live(staging: Staging) -> None:
    hook = {"command": "on-the-host", "where": "host", "fatal": True}
    host = FakeConnection({QUERY: staging.facts(), "on-the-host": failed("cold")}, QUIET)
    staging.hosts["deploy"] = host

    with pytest.raises(HookFailed) as raised:
        deploy(job(staging, {"after_deploy": [hook]}))

    assert "IS LIVE" in raised.value.summary
    assert "IS LIVE" in json.loads(host.sent[-1])["outcome"]
    assert not raised.value.cause, "no cause is looked for: the command is the user's"


def test_nothing_to_do_runs_no_hook(staging: Staging, tmp_path: Path) -> None:
    facts = deployed(staging)
    hooks = {name: [note(tmp_path, "notes")] for name in ("before_deploy", "after_deploy")}
    staging.hosts["deploy"] = FakeConnection({QUERY: facts}, QUIET)

    deploy(job(staging, hooks))

    assert not (tmp_path / "notes").exists()


def test_failed_deploy_runs_none_after_it(staging: Staging, tmp_path: Path) -> None:
    host = FakeConnection({QUERY: staging.facts(), "tar -xz": failed("no")}, QUIET)
    staging.hosts["deploy"] = host

    with pytest.raises(StepFailed):
        deploy(job(staging, {"after_deploy": [note(tmp_path, "notes")]}))

    assert not (tmp_path / "notes").exists()


def test_first_deploy_has_no_release_to_run_a_hook_in(staging: Staging) -> None:
    hook = {"command": "on-the-host", "where": "host"}
    host = FakeConnection({QUERY: staging.facts()}, QUIET)
    staging.hosts["deploy"] = host

    deploy(job(staging, {"before_deploy": [hook]}))

    assert not any("on-the-host" in one for one in host.notes)
    assert any("left out, no release is live" in one for one in staging.report.said)


def hooks_of(titles: list[str]) -> list[str]:
    return [title for title in titles if title.startswith("hook ")]


@pytest.mark.parametrize("first", [True, False])
def test_plan_lists_the_steps_of_the_deploy_in_their_order(
    first: bool, staging: Staging, tmp_path: Path
) -> None:
    on_host = {"command": "on-the-host", "where": "host"}
    note_it = note(tmp_path, "notes")
    hooks = {"before_deploy": [on_host, note_it], "after_deploy": [note_it, on_host]}
    facts = staging.facts() if first else staging.facts(*lines_of(OLD, current=OLD.id))
    host = FakeConnection({QUERY: facts}, (*QUIET, "curl -sS", "ActiveState", "timeout"))
    staging.hosts["deploy"] = host

    rollout.plan(job(staging, hooks))
    staging.report.steps.clear()
    deploy(job(staging, hooks))

    [(_, fields)] = [one for one in staging.report.results if one[0] == "plan"]
    planned = [step["title"] for step in fields["steps"]]
    ran = [title for title, _ in staging.report.steps]
    # Branches of a deploy run side by side; packages are got here, as for the plan; nothing has migrated.
    assert set(ran) - set(planned) == {"get the locked packages"}
    assert set(planned) - set(ran) <= {"check that old still answers /"}
    for end in (slice(None, 3), slice(-3, None)):
        assert hooks_of(ran[end]) == hooks_of(planned[end])
    assert len(hooks_of(planned)) == (3 if first else 4)
    assert any("left out" in line for line in staging.report.said) == first
