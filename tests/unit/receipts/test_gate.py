"""From a rehearsal to a deploy: a receipt is written, and is asked for."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, FakeConnection, FakeReport, config, failed, printed, settings
from tests.unit.receipt_samples import RECEIPT, STAGING
from tests.unit.repositories import LOCK, commit
from understudy.commands import Argv
from understudy.config.model import Config
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.job import Job
from understudy.paths import Project
from understudy.receipts import gate
from understudy.receipts import store as receipt_store
from understudy.receipts.gate import Rehearsed
from understudy.receipts.store import Kept
from understudy.release import source as sources
from understudy.release.source import Source
from understudy.ssh.connection import Result

FILES = {
    "requirements.txt": LOCK,
    "shop/wsgi.py": "application = None\n",
    "shop/migrations/0001_initial.py": "",
}
PACKAGES = "".join(f"package\tinstalled\t{n}\t{v}\n" for n, v in STAGING.packages.items())
SYSTEM = f"os\tdebian 12\nmachine\tx86_64\npython\t/usr/bin/python3.11\n{PACKAGES}end\tok\n"
HOST = "dpkg-query"
NOW = datetime.now(UTC)


@dataclass
class Desk:
    """A project, what is deployed from there and what signs there."""

    directory: Path
    keys: Path
    source: Source
    report: FakeReport
    key: str | None = "ann"

    def job(self, target: str = "production", **changes: Any) -> Job:
        given = settings({"source": "app", **changes.get("app", {})})
        given["targets"]["production"] = {**given["targets"]["staging"], "domain": "shop.example"}
        rights = {"allowed_signers": str(self.keys / "allowed_signers")}
        given["receipts"] = rights | ({"key": str(self.keys / self.key)} if self.key else {})
        given["host"] = changes.get("host", {})
        project = Project(self.directory, self.directory / "deploy.yml")
        return Job(project, Config.model_validate(given), target, self.report)

    def own_repository(self) -> Path:
        """A copy of the app's, which all desks share: one that may be changed."""
        own = self.directory / "app"
        if not own.exists():
            shutil.copytree(self.source.repository, own)
            self.source = replace(self.source, repository=own)
        return own

    def commit(self, files: Mapping[str, str]) -> None:
        commit(self.own_repository(), files)
        self.source = source_beside(self.directory)

    def rehearse(self, **changes: Any) -> Kept:
        """Writes the receipt of a rehearsal that ended just now."""
        job = self.job("staging")
        rehearsed = Rehearsed(
            candidate=gate.candidate(job, self.source, "staging"),
            staging=STAGING,
            passed=True,
            started=NOW - timedelta(minutes=4),
            finished=NOW,
            phases=RECEIPT.phases,
            suites=RECEIPT.suites,
            probe=RECEIPT.probe,
            browser="Chromium 140",
        )
        return gate.write(job, replace(rehearsed, **changes))

    def kept(self) -> Kept:
        """The receipt of the last rehearsal."""
        return list(receipt_store.newest(self.job().project, "shop").values())[-1]

    def require(self, system: str = SYSTEM, **changes: Any) -> None:
        host = FakeConnection({HOST: printed(system)})
        gate.require(self.job(**changes), self.source, host)

    def refused(self, system: str = SYSTEM, **changes: Any) -> Refused:
        with pytest.raises(Refused) as raised:
            self.require(system, **changes)
        assert raised.value.exit_code == 3
        return raised.value


@pytest.fixture(scope="module", autouse=True)
def _templates() -> Iterator[None]:
    """Those of another directory would be compiled anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Project, "templates", TOP / "templates")
        yield


def source_beside(directory: Path) -> Source:
    return sources.resolve_source(config(app={"source": "app"}).app, directory, directory)


@pytest.fixture(scope="module")
def model(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One at which the app was rehearsed just now. No test changes it."""
    directory = tmp_path_factory.mktemp("model")
    commit(directory / "app", FILES)
    (directory / "provision").symlink_to(TOP / "provision")
    made = Desk(directory, keys, source_beside(directory), FakeReport())
    made.rehearse()
    return made


@pytest.fixture
def desk(model: Desk, tmp_path: Path) -> Desk:
    """One at which nothing was rehearsed yet."""
    (tmp_path / "provision").symlink_to(TOP / "provision")
    return Desk(tmp_path, model.keys, model.source, FakeReport())


@pytest.fixture
def rehearsed(desk: Desk, model: Desk) -> Desk:
    """One at which the app was rehearsed just now."""
    shutil.copytree(model.directory / ".understudy", desk.directory / ".understudy")
    return desk


def test_what_was_rehearsed_is_let_through_with_the_signers_name(rehearsed: Desk) -> None:
    rehearsed.require()

    assert "signed by ann@desk" in "\n".join(rehearsed.report.said)
    assert "not rehearsed: data" in rehearsed.report.said[-1]
    assert rehearsed.report.attached["receipt"]["predicate"]["verdict"] == "passed"


def test_receipt_tells_what_was_rehearsed(desk: Desk) -> None:
    kept = desk.rehearse()

    source, found = desk.source, kept.receipt.candidate
    assert found.artifact.source == sources.digest(source)
    assert (found.artifact.commit, found.artifact.tree) == (source.commit, source.tree)
    assert list(found.migrations) == ["shop/migrations/0001_initial.py"]
    assert "/etc/nginx/sites-available/shop" in found.files
    assert "/srv/shop/releases/-/run" in found.files
    assert kept.receipt.versions.browser == "Chromium 140"
    assert desk.report.attached["receipt"]["subject"][0]["name"] == "shop"
    path = kept.path.relative_to(desk.job().project.directory)
    assert desk.report.said == [f"receipt: {path}", "  signed by ann@desk"]


def test_commit_without_a_receipt_is_refused_with_those_that_have_one(desk: Desk) -> None:
    assert desk.refused().details == "no commit has one"
    rehearsed = desk.source.commit
    desk.rehearse()
    desk.commit({"shop/wsgi.py": "application = 1\n"})

    refused = desk.refused()

    assert "was not rehearsed" in refused.summary
    assert rehearsed[:12] in refused.details
    assert refused.hint.startswith("python deploy.py rehearse")


def test_commit_of_the_same_files_needs_no_rehearsal_of_its_own(rehearsed: Desk) -> None:
    """As after a merge."""
    rehearsed.commit({"shop/wsgi.py": "application = 1\n"})
    rehearsed.commit(FILES)

    rehearsed.require()


def test_same_commit_with_other_files_is_refused(rehearsed: Desk) -> None:
    """Git leaves out what the attributes say, and those may come from this machine alone."""
    attributes = rehearsed.own_repository() / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("shop/wsgi.py export-ignore\n")

    assert "the files of commit" in rehearsed.refused().details


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"app": {"workers": 7}}, "app: in deploy.yml has changed"),
        ({"app": {"migrate_commands": [["true"]]}}, "app: in deploy.yml has changed"),
        ({"host": {"packages": ["gdal-bin"]}}, "what provisions a host has changed"),
        ({"system": SYSTEM.replace("debian 12", "debian 13")}, "production runs debian 13"),
    ],
)
def test_what_has_changed_since_the_rehearsal_is_told(
    changes: dict[str, Any], told: str, rehearsed: Desk
) -> None:
    refused = rehearsed.refused(**changes)

    assert "says nothing of this deploy" in refused.summary
    assert told in refused.details


def test_changed_template_is_told(rehearsed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = rehearsed.directory / "templates"
    shutil.copytree(TOP / "templates", changed)
    with (changed / "run.j2").open("a") as template:
        template.write("\n# changed\n")
    monkeypatch.setattr(Project, "templates", changed)

    assert "/srv/shop/releases/-/run on staging would be another now" in rehearsed.refused().details


@pytest.mark.parametrize("key", ["keep_releases", "keep_backups"])
def test_setting_that_changes_nothing_of_how_the_app_runs_is_left_alone(
    key: str, rehearsed: Desk
) -> None:
    rehearsed.require(app={key: 9})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"passed": False}, "did not pass"),
        ({"finished": NOW - timedelta(days=9)}, "was 9 days ago"),
    ],
)
def test_rehearsal_that_failed_or_is_old_is_told(
    changes: dict[str, Any], told: str, desk: Desk
) -> None:
    desk.rehearse(**changes)

    assert told in desk.refused().details


def unsigned(kept: Kept) -> None:
    kept.signature.unlink()


def changed(kept: Kept) -> None:
    kept.path.write_text(kept.path.read_text().replace("Chromium 140", "Chromium 141"))


def cut_off(kept: Kept) -> None:
    kept.path.write_text(kept.path.read_text()[:-100])


@pytest.mark.parametrize(
    ("harm", "told"),
    [(unsigned, "is not signed"), (changed, "not what was signed"), (cut_off, "can't be read")],
)
def test_harmed_receipt_is_refused(
    harm: Callable[[Kept], None], told: str, rehearsed: Desk
) -> None:
    harm(rehearsed.kept())

    assert told in rehearsed.refused().summary


def test_receipt_of_somebody_who_may_not_sign_is_refused(desk: Desk) -> None:
    desk.key = "mallory"
    desk.rehearse()

    assert "no deploy will take it" in desk.report.warnings[0]
    assert "may not sign" in desk.refused().summary


def test_receipt_without_a_key_is_kept_and_the_way_to_sign_told(desk: Desk) -> None:
    desk.key = None

    kept = desk.rehearse()

    assert kept.path.exists()
    [_, told] = desk.report.said
    assert "`key: ~/.ssh/understudy`" in told
    assert "ssh-keygen -t ed25519 -f ~/.ssh/understudy" in told
    assert "allowed_signers" in told
    assert "is not signed" in desk.refused().summary


def test_useless_key_is_found_out_before_the_rehearsal(desk: Desk) -> None:
    gate.refuse_useless_key(desk.job())
    for key, error in (("nobody", ConfigError), ("locked", StepFailed)):
        desk.key = key
        with pytest.raises(error):
            gate.refuse_useless_key(desk.job())


def test_unsigned_rehearsal_needs_no_key(desk: Desk) -> None:
    """In CI the key that deploy.yml names is on other people's machines."""
    desk.key = "nobody"

    gate.refuse_useless_key(gate.unsigned(desk.job()))


def test_system_that_cannot_be_read_is_told() -> None:
    with pytest.raises(StepFailed, match="disk error"):
        gate.fingerprint_of(FakeConnection({HOST: failed(errors="disk error")}))


def test_system_is_waited_for_a_minute() -> None:
    host = FakeConnection({HOST: printed(SYSTEM)})
    run, limits = host.run, list[int]()

    def noted(argv: Argv, **how: Any) -> Result:
        limits.append(how["seconds"])
        return run(argv, **how)

    host.run = noted  # type: ignore[method-assign]

    assert gate.fingerprint_of(host) == STAGING
    assert limits == [60]
