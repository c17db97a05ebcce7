"""What a receipt is compared by: files, settings and sources of the candidate, and the host's system."""

from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.receipt_samples import STAGING
from tests.unit.receipt_workspace import QUERY, SYSTEM, Workspace
from understudy.commands import Argv
from understudy.errors import StepFailed
from understudy.receipts import inputs
from understudy.release import source as sources
from understudy.ssh.connection import Result


def test_the_candidate_names_commit_migrations_and_rendered_files(workspace: Workspace) -> None:
    source = workspace.source

    found = inputs.candidate(workspace.job("staging"), source, "staging")

    assert found.artifact.source == sources.digest(source)
    assert (found.artifact.commit, found.artifact.tree) == (source.commit, source.tree)
    assert list(found.migrations) == ["shop/migrations/0001_initial.py"]
    assert "/etc/nginx/sites-available/shop" in found.files
    assert "/srv/shop/releases/-/run" in found.files


def test_a_system_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(StepFailed, match="disk error"):
        inputs.fingerprint_of(FakeConnection({QUERY: failed(errors="disk error")}))


def test_the_system_must_be_read_within_a_minute() -> None:
    host = FakeConnection({QUERY: printed(SYSTEM)})
    run, limits = host.run, list[int]()

    def noted(argv: Argv, **how: Any) -> Result:
        limits.append(how["seconds"])
        return run(argv, **how)

    host.run = noted  # type: ignore[method-assign]

    assert inputs.fingerprint_of(host) == STAGING
    assert limits == [60]
