"""The commit that a deploy ships is checked before any host is changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.fakes import config
from tests.unit.repositories import commit, write
from tests.unit.staging import Staging
from understudy.deploy import commits
from understudy.errors import Refused
from understudy.release import source as sources
from understudy.release import worktree
from understudy.release.commit_facts import SUBMODULE, CommitFacts
from understudy.release.source import Source


@pytest.fixture
def staging(deployable: Staging) -> Staging:
    return deployable


def test_part_of_the_repository_that_is_not_shipped_is_a_warning(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = CommitFacts(committed={"manage.py": "100644", "lib": SUBMODULE}, submodules={"lib": ()})
    monkeypatch.setattr(worktree, "committed", lambda _: facts)

    commits.check(staging.job())

    assert "submodules are not part of a release" in staging.report.warnings[0]


@pytest.fixture
def dirty(staging: Staging, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(source, dirty=(" M shop/wsgi.py",))
    monkeypatch.setattr(sources, "resolve_source", lambda *_: changed)


@pytest.mark.usefixtures("dirty")
def test_dirty_tree_is_refused_where_it_must_be_clean(staging: Staging) -> None:
    with pytest.raises(Refused, match="uncommitted"):
        commits.resolve(staging.job(require_clean=True))


@pytest.mark.usefixtures("dirty")
def test_dirty_tree_is_a_warning_elsewhere(staging: Staging, source: Source) -> None:
    assert commits.resolve(staging.job()).commit == source.commit

    assert staging.report.warnings[0].startswith("uncommitted changes are not deployed (files: 1)")


def test_record_gets_the_commit_with_its_subject_and_author(
    staging: Staging, source: Source
) -> None:
    commits.report(staging.job(), replace(source, dirty=(" M shop/wsgi.py",)))

    assert staging.report.attached["app"] == "shop"
    [commit] = staging.report.attached["commits"]
    assert commit["id"] == source.commit
    assert commit["uncommitted"] == 1
    assert commit["subject"]
    assert commit["author"]
    assert commit["time"][:2] == "20"


def test_commit_that_git_does_not_have_is_known_by_its_id(staging: Staging) -> None:
    commits.report_known(staging.job(), "c0ffee" * 6 + "c0ff")

    assert staging.report.attached["commits"] == [{"id": "c0ffee" * 6 + "c0ff"}]


def test_deploy_yml_and_overrides_are_used_as_they_are(
    staging: Staging, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is "not deployed" if it is not committed."""
    staging.directory = tmp_path / "project"
    (staging.directory / "templates").mkdir(parents=True)
    (staging.directory / "templates" / "nginx.conf.j2").write_text("server {}\n")
    dirty = (" M deploy.yml", "?? templates/nginx.conf.j2", " M shop/wsgi.py")
    changed = replace(source, dirty=dirty, repository=staging.directory)
    monkeypatch.setattr(sources, "resolve_source", lambda *_: changed)

    commits.resolve(staging.job())

    assert staging.report.warnings == [
        f"uncommitted changes are not deployed (files: 1); what is deployed is commit {source.commit[:12]}",
        "used as they are here, and not committed: deploy.yml, templates/nginx.conf.j2",
    ]


def test_deploy_yml_in_a_folder_that_git_does_not_know_yet_is_used_as_it_is(tmp_path: Path) -> None:
    """git shows such a folder alone, unless it is asked for its files."""
    commit(tmp_path, {"shop/wsgi.py": ""})
    write(tmp_path, {"ops/deploy.yml": "app: {}\n", "notes/a": "", "notes/b": ""})
    app = config(app={"source": ".."}).app

    found = sources.find_commit(app, tmp_path / "ops", tmp_path / ".git" / "cache")

    assert found.dirty == ("?? notes/a", "?? notes/b", "?? ops/deploy.yml")


def test_only_the_commit_that_would_be_deployed_is_refused_as_the_same(
    staging: Staging, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"0ther": replace(source, commit="0ther")}
    monkeypatch.setattr(
        sources, "resolve_source", lambda app, *_: named.get(app.revision or "", source)
    )

    commits.refuse_if_same(staging.job(), "0ther")

    with pytest.raises(Refused, match="it is the same commit"):
        commits.refuse_if_same(staging.job(), source.commit)
