"""Whole runs against a host that takes notes: what it is told to do, and what the user is told."""

import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, FakeConnection, FakeReport, config, failed
from tests.unit.repositories import LOCK, commit
from understudy import artifact, packages, provision_host, runner, session
from understudy.artifact import Source
from understudy.config import TargetConfig
from understudy.connection import Result
from understudy.errors import LoginRefused, Refused, StepFailed, Unreachable
from understudy.job import Job
from understudy.project import Project
from understudy.provision import provisioning
from understudy.render import host_files

FILES = {"requirements.txt": LOCK, "shop/wsgi.py": "application = None\n"}
QUERY = "/etc/os-release"


@dataclass
class Staging:
    """A project and its target. hosts: a login name -> the host as it is for that user."""

    directory: Path
    source: Source
    hosts: dict[str, FakeConnection | Exception] = field(default_factory=dict)
    report: FakeReport = field(default_factory=FakeReport)

    def job(self, app: dict[str, Any] | None = None, **target: Any) -> Job:
        project = Project(self.directory, self.directory / "deploy.yml")
        return Job(
            project,
            config(app={"source": "app", **(app or {})}, target=target),
            "staging",
            self.report,
        )

    def connect(self, target: TargetConfig, user: str) -> FakeConnection:
        host = self.hosts[user]
        if isinstance(host, Exception):
            raise host
        return host

    def stamp(self) -> str:
        job = self.job()
        parts = [path.read_text() for path in job.project.provision_parts]
        return provisioning(job.config, job.target.admin, parts).stamp

    def facts(self, *lines: str, stamp: str | None = None) -> Result:
        """What a host answers to the query, with these lines about what was deployed."""
        stamp = self.stamp() if stamp is None else stamp
        first = f"line\t/etc/understudy/shop.provisioned\t{stamp}"
        always = (
            "python\t/usr/bin/python3.11",
            "machine\tx86_64",
            "unit\tnginx.service",
            "free\t9999999",
        )
        return Result(ok=True, output="\n".join((first, *always, *lines, "end\tok\n")), errors="")

    def host(self, *facts: Result, **answers: Result) -> FakeConnection:
        """The host, as the deployer sees it, with these facts one after another."""
        host = FakeConnection({QUERY: list(facts or [self.facts()]), **answers})
        self.hosts["deploy"] = host
        return host


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's directory with the repository of its app. No test changes it."""
    made = tmp_path_factory.mktemp("project")
    commit(made / "app", FILES)
    for name in ("templates", "provision"):
        (made / name).symlink_to(TOP / name)
    (made / "a-1.tar.gz").touch()
    return made


@pytest.fixture(scope="module")
def source(directory: Path) -> Source:
    """The app's commit, looked up once: git is asked many times for it."""
    return artifact.find_source(config(app={"source": "app"}).app, directory, directory)


@pytest.fixture
def staging(directory: Path, source: Source, monkeypatch: pytest.MonkeyPatch) -> Staging:
    made = Staging(directory, source)
    monkeypatch.setattr(provision_host, "SshConnection", made.connect)
    monkeypatch.setattr(session, "SshConnection", made.connect)
    monkeypatch.setattr(artifact, "find_source", lambda *_: made.source)
    # It asks the package index.
    monkeypatch.setattr(packages, "packages", lambda *_: {"a-1": directory / "a-1.tar.gz"})
    return made


def changes(host: FakeConnection) -> list[str]:
    """What was done to the host, not counting what was asked."""
    return [note for note in host.notes if QUERY not in note and note != "closed"]


def deployed(staging: Staging) -> Result:
    """The facts of a host after a first deploy, from what that deploy sent there."""
    host = staging.host()
    runner.deploy(staging.job())
    [packed] = [
        data
        for path, data in host.files.items()
        if path.endswith(".tar.gz") and "packages" not in path
    ]
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        reader = tar.extractfile("manifest.json.new")
        assert reader
        manifest = reader.read().decode()
    job, release = staging.job(), json.loads(manifest)
    files = host_files(job.config, job.target, job.project.templates)
    staging.report = FakeReport()
    return staging.facts(
        f"line\t/srv/shop/releases/{release['id']}/manifest.json\t{manifest}",
        f"current\treleases/{release['id']}",
        f"served\t/srv/shop/releases/{release['id']}/served",
        f"unit\tshop@{release['id']}.service",
        f"venv\t{release['lock']}",
        *(f"line\t{file.path}\t{line}" for file in files for line in file.content.splitlines()),
    )


def test_first_deploy_does_all_its_work_under_the_lock(staging: Staging) -> None:
    host = staging.host()

    runner.deploy(staging.job())

    done = changes(host)
    assert (done[0], done[-1]) == ("lock /srv/shop/lock", "unlock")
    assert QUERY in host.notes[host.notes.index(done[0]) + 1], "facts from before it can be old"
    assert host.notes[-1] == "closed"
    assert [note for note in done if note.startswith("shop: ") and "migrate" in note]
    assert all(ok for _, ok in staging.report.steps)
    assert "staging serves" in staging.report.said[-1]
    assert "http://shop.test/" in staging.report.said[-1]


def test_second_deploy_changes_nothing(staging: Staging) -> None:
    host = staging.host(deployed(staging))

    runner.deploy(staging.job())
    runner.require_converged(staging.job())

    assert changes(host) == []
    assert staging.report.steps == []
    assert "nothing to do" in staging.report.said[0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"module": "shop.other:application"}, id="module"),
        pytest.param({"workers": 5}, id="gunicorn"),
        pytest.param({"environment": {"DEBUG": "1"}}, id="environment"),
        pytest.param({"build_commands": [["make"]]}, id="build"),
    ],
)
def test_changed_setting_of_the_app_takes_a_new_release(
    change: dict[str, Any], staging: Staging
) -> None:
    """What serves was started with the old one."""
    host = staging.host(deployed(staging))

    runner.deploy(staging.job(app=change))

    assert [note for note in changes(host) if "understudy-site shop start" in note]


def test_host_that_someone_else_has_deployed_to_meanwhile_is_left_alone(staging: Staging) -> None:
    host = staging.host(staging.facts(), deployed(staging))

    runner.deploy(staging.job())

    assert [note for note in changes(host) if "site shop log" not in note] == [
        "lock /srv/shop/lock",
        "unlock",
    ]


@pytest.mark.parametrize(
    ("stamp", "told"), [("", "is not provisioned"), ("0ld", "was provisioned otherwise")]
)
@pytest.mark.parametrize("verb", [runner.deploy, runner.preview_plan])
def test_host_that_is_not_provisioned_as_wanted_is_refused_and_not_touched(
    verb: Callable[[Job], None], stamp: str, told: str, staging: Staging
) -> None:
    host = staging.host(staging.facts(stamp=stamp))

    with pytest.raises(Refused, match=told) as raised:
        verb(staging.job())

    assert raised.value.exit_code == 3
    assert "provision --target staging" in raised.value.hint
    assert changes(host) == []


def test_host_without_a_deployer_is_told_to_be_provisioned(staging: Staging) -> None:
    staging.hosts["deploy"] = LoginRefused("no such user")
    staging.hosts["debian"] = FakeConnection({QUERY: staging.facts(stamp="")})

    with pytest.raises(Refused, match="is not provisioned"):
        runner.deploy(staging.job())


def test_provisioned_host_that_refuses_the_login_is_told_as_such(staging: Staging) -> None:
    staging.hosts["deploy"] = LoginRefused("this user's key is not accepted")
    staging.hosts["debian"] = FakeConnection({QUERY: staging.facts()})

    with pytest.raises(LoginRefused, match="not accepted"):
        runner.deploy(staging.job())


def test_facts_that_cannot_be_read_are_told(staging: Staging) -> None:
    staging.host(failed(errors="sh: disk error"))

    with pytest.raises(StepFailed, match="disk error"):
        runner.deploy(staging.job())


def test_failed_step_ends_the_deploy_with_the_end_of_its_log(staging: Staging) -> None:
    log = "\n".join(f"line {number}" for number in range(100))
    host = staging.host(migrate=failed(log, "no such table"))

    with pytest.raises(StepFailed, match="migrate") as raised:
        runner.deploy(staging.job())

    assert raised.value.details.splitlines()[-1] == "no such table"
    assert len(raised.value.details.splitlines()) < 30
    assert "What served before still serves" in raised.value.hint
    assert "migrate" in changes(host)[-3]
    assert "failed: " in host.sent[0]
    assert changes(host)[-1] == "unlock"
    title, ok = staging.report.steps[-1]
    assert ("migrate" in title, ok) == (True, False)


def test_dirty_tree_is_refused_where_that_is_wanted_before_the_host_is_asked(
    staging: Staging,
) -> None:
    staging.source = replace(staging.source, dirty=(" M shop/wsgi.py",))
    staging.hosts["deploy"] = Unreachable("asked too early")

    with pytest.raises(Refused, match="uncommitted"):
        runner.deploy(staging.job(require_clean=True))


def test_elsewhere_a_dirty_tree_is_told_of_and_the_commit_is_deployed(staging: Staging) -> None:
    staging.source = replace(staging.source, dirty=(" M shop/wsgi.py",))
    staging.host()

    runner.deploy(staging.job())

    assert staging.report.warnings[0].startswith("1 uncommitted changes are not deployed")


def test_preview_tells_the_steps_and_the_differences_and_touches_nothing(staging: Staging) -> None:
    host = staging.host()

    runner.preview_plan(staging.job())

    assert changes(host) == []
    told = "\n".join(staging.report.said)
    assert "+++ wanted:/etc/nginx/sites-available/shop" in told
    assert "steps to come on staging:" in told
    assert "  switch" in told


def test_deploy_that_does_not_converge_is_found_out(staging: Staging) -> None:
    staging.host()

    with pytest.raises(StepFailed, match="just deployed") as raised:
        runner.require_converged(staging.job())

    assert "switch" in raised.value.details.splitlines()


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (None, ", running"),
        ("unit\tshop", "NOT RUNNING"),
        ("unit\tnginx", "NOT RUNNING"),
        ("current\t", "serves nothing yet"),
    ],
)
def test_status_tells_what_serves_and_whether_it_does(
    lost: str | None, told: str, staging: Staging
) -> None:
    lines = deployed(staging).output.splitlines()
    output = "\n".join(line for line in lines if not (lost and line.startswith(lost)))
    host = staging.host(Result(ok=True, output=output, errors=""))

    runner.status(staging.job())

    assert told in "\n".join(staging.report.said)
    assert changes(host) == []


def admin(staging: Staging, answer: Result) -> FakeConnection:
    host = FakeConnection({"understudy-provision.sh shop": answer})
    staging.hosts["debian"] = host
    return host


def test_provisioning_runs_the_script_as_root_and_leaves_no_copy(staging: Staging) -> None:
    host = admin(
        staging, Result(ok=True, output="==> packages\nGet:1 nginx\n==> users\n", errors="")
    )

    provision_host.provision(staging.job())

    put, run, remove, *_ = host.notes
    assert host.files[".understudy-provision.sh"].startswith(b"#!/bin/sh\n# Makes a bare Debian")
    assert put == "put .understudy-provision.sh"
    assert run == (
        "sudo -n env CONFIRM_SECONDS=60 sh .understudy-provision.sh "
        f"shop deploy debian C.UTF-8 Etc/UTC {staging.stamp()}"
    )
    assert remove == "rm -f .understudy-provision.sh"
    assert staging.report.details == ["packages", "users"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("E: Unable to locate package nignx", "run the same command again"),
        ("sudo: a password is required", "debian sudo without a password"),
    ],
)
def test_provisioning_that_fails_tells_why_and_what_to_do(
    text: str, hint: str, staging: Staging
) -> None:
    host = admin(staging, failed("line\n" * 100, text))

    with pytest.raises(StepFailed, match="provisioning staging failed") as raised:
        provision_host.provision(staging.job())

    assert raised.value.details.splitlines()[-1] == text
    assert hint in raised.value.hint
    assert "rm -f .understudy-provision.sh" in host.notes
    assert not [note for note in host.notes if "confirm" in note], "the host undoes its firewall"


def connections(
    staging: Staging, monkeypatch: pytest.MonkeyPatch, *made: FakeConnection | Exception
) -> None:
    """What the admin gets each time he connects."""
    coming = list(made)

    def connect(target: TargetConfig, user: str) -> FakeConnection:
        assert user == "debian"
        staging.hosts[user] = coming.pop(0)
        return staging.connect(target, user)

    monkeypatch.setattr(provision_host, "SshConnection", connect)


def test_firewall_is_confirmed_over_a_new_connection(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = FakeConnection(), FakeConnection()
    connections(staging, monkeypatch, first, second)

    provision_host.provision(staging.job())

    confirm = "sudo -n /usr/local/sbin/understudy-firewall-undo shop confirm"
    assert second.notes == [confirm, "closed"]
    assert confirm not in first.notes
    assert staging.report.steps == [("provision staging", True)]


@pytest.mark.parametrize("error", [Unreachable("timed out"), LoginRefused("not accepted")])
def test_host_that_lets_nobody_in_after_provisioning_is_told(
    error: Exception, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections(staging, monkeypatch, FakeConnection(), error)

    with pytest.raises(StepFailed, match="undoes its firewall within 60 seconds") as raised:
        provision_host.provision(staging.job())

    assert raised.value.details == str(error)
    assert "port" in raised.value.hint
    assert "ssh_port" in raised.value.hint
    assert staging.report.steps == [("provision staging", False)]


def test_confirm_that_comes_too_late_is_told(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = FakeConnection({"confirm": failed(errors="too late")})
    connections(staging, monkeypatch, FakeConnection(), late)

    with pytest.raises(StepFailed, match="could not be confirmed") as raised:
        provision_host.provision(staging.job())

    assert raised.value.details == "too late"


def test_staged_files_are_put_where_the_host_looks_for_them(staging: Staging) -> None:
    host = staging.host()

    runner.deploy(staging.job())

    staged = [path for path in host.files if path.startswith("/srv/shop/cache/files/")]
    assert staged == ["/srv/shop/cache/files/shop.nginx", "/srv/shop/cache/files/shop@.service"]
    made = host.notes.index("mkdir -p /srv/shop/cache/files")
    assert made < host.notes.index(f"put {staged[0]}")


def test_release_that_has_no_room_is_not_begun(staging: Staging) -> None:
    full = staging.facts()
    host = staging.host(replace(full, output=full.output.replace("free\t9999999", "free\t1000")))

    with pytest.raises(StepFailed, match="MiB of disk free"):
        runner.deploy(staging.job())

    assert not [note for note in changes(host) if note.startswith("put ")]
