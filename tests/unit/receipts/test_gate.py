"""A deploy is let through only with a valid receipt of the same rehearsed things."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.fakes import TOP
from tests.unit.receipt_workspace import NOW, SYSTEM, Workspace
from understudy.receipts.store import StoredReceipt


def test_a_rehearsed_commit_is_let_through_with_the_name_of_the_signer(
    rehearsed: Workspace,
) -> None:
    rehearsed.require()

    assert "signed by ann@desk" in "\n".join(rehearsed.report.said)
    assert rehearsed.report.said[-1] == "  skipped in the rehearsal: data"
    assert rehearsed.report.attached["receipt"]["predicate"]["verdict"] == "passed"


def test_a_commit_without_a_receipt_is_refused_and_those_with_one_are_listed(
    workspace: Workspace,
) -> None:
    assert workspace.refused().details == "no commit has a receipt"
    before = workspace.source.commit
    workspace.rehearse()
    workspace.commit({"shop/wsgi.py": "application = 1\n"})

    refused = workspace.refused()

    assert "was not rehearsed" in refused.summary
    assert before[:12] in refused.details
    assert refused.hint.startswith("python deploy.py rehearse")


def test_a_commit_with_the_same_files_needs_no_rehearsal_of_its_own(rehearsed: Workspace) -> None:
    """As after a merge."""
    before = (rehearsed.own_repository() / "shop" / "wsgi.py").read_text()
    rehearsed.commit({"shop/wsgi.py": "application = 1\n"})
    rehearsed.commit({"shop/wsgi.py": before})

    rehearsed.require()


def test_the_same_commit_with_other_files_is_refused(rehearsed: Workspace) -> None:
    """Git leaves out what the attributes say, and those may come from this machine alone."""
    attributes = rehearsed.own_repository() / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("shop/wsgi.py export-ignore\n")

    assert "differs from the rehearsed one" in rehearsed.refused().details


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"app": {"workers": 7}}, "app: in deploy.yml has changed"),
        ({"app": {"migrate_commands": [["true"]]}}, "app: in deploy.yml has changed"),
        ({"host": {"packages": ["gdal-bin"]}}, "provisioning has changed"),
        ({"system": SYSTEM.replace("debian 12", "debian 13")}, "production runs debian 13"),
    ],
)
def test_changes_since_the_rehearsal_are_refused_and_named(
    changes: dict[str, Any], difference: str, rehearsed: Workspace
) -> None:
    refused = rehearsed.refused(**changes)

    assert "does not cover this deploy" in refused.summary
    assert difference in refused.details


def test_a_changed_template_is_refused(rehearsed: Workspace) -> None:
    """By one of the project's own in its place."""
    changed = rehearsed.directory / "templates" / "run.j2"
    changed.parent.mkdir()
    changed.write_text((TOP / "templates" / "run.j2").read_text() + "\n# changed\n")

    assert "/srv/shop/releases/-/run on staging would differ now" in rehearsed.refused().details


@pytest.mark.parametrize(
    "setting",
    [{"keep_releases": 9}, {"keep_backups": 9}, {"index_secrets": {"pypi.x.test": "PYPI_TOKEN"}}],
)
def test_a_setting_that_does_not_change_how_the_app_runs_needs_no_rehearsal(
    setting: dict[str, Any], rehearsed: Workspace
) -> None:
    rehearsed.require(app=setting)


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"passed": False}, "did not pass"),
        ({"finished": NOW - timedelta(days=9)}, "is 9 days old"),
    ],
)
def test_a_failed_or_old_rehearsal_is_refused(
    changes: dict[str, Any], difference: str, workspace: Workspace
) -> None:
    workspace.rehearse(**changes)

    assert difference in workspace.refused().details


def unsigned(stored: StoredReceipt) -> None:
    stored.signature.unlink()


def changed(stored: StoredReceipt) -> None:
    stored.path.write_text(stored.path.read_text().replace("Chromium 140", "Chromium 141"))


def cut_off(stored: StoredReceipt) -> None:
    stored.path.write_text(stored.path.read_text()[:-100])


@pytest.mark.parametrize(
    ("damage", "summary"),
    [(unsigned, "is not signed"), (changed, "does not match"), (cut_off, "can't be read")],
)
def test_a_damaged_receipt_is_refused(
    damage: Callable[[StoredReceipt], None], summary: str, rehearsed: Workspace
) -> None:
    damage(rehearsed.newest_receipt())

    assert summary in rehearsed.refused().summary
