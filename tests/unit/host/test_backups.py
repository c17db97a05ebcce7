"""Backups as verbs: made under the lock, listed, the oldest removed."""

import json
import re
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, failed, manifest, printed
from tests.unit.staging import LIST, QUERY, SWITCH, Staging, changes, lines_of, listed
from understudy.commands import Argv
from understudy.errors import StepFailed
from understudy.host import backups, known_names
from understudy.host.backup_list import BackupList
from understudy.ssh.connection import Result

NOW = manifest("c0ffee00-now", "2024-03-01T00:00:00+00:00")
LATER = manifest("c0ffee00-later", "2024-04-01T00:00:00+00:00")
NAMES = [f"2024010{day}T000000Z-c0ffee00-now" for day in (1, 2, 3)]
PLACE = "/srv/shop/shared/backups"
# Parts of the commands that make and restore a backup.
MAKE, RESTORE = 'try_copy "$directory', 'put_back "$directory/$name"'
QUIET = (*SWITCH, MAKE, RESTORE, 'rm -rf "$name.new"')


def host_with(
    staging: Staging,
    names: list[str],
    answers: dict[str, Result] | None = None,
    *,
    live: bool = True,
) -> FakeConnection:
    facts = staging.facts(*(lines_of(NOW, current=NOW.id) if live else ()))
    return staging.answering({QUERY: facts, **(answers or {}), LIST: listed(names)})


def after_another_deploy(staging: Staging) -> Result:
    return staging.facts(*lines_of(NOW, LATER, current=LATER.id))


@pytest.mark.parametrize(("live", "release"), [(True, NOW.id), (False, "none")])
def test_backup_is_made_by_the_apps_user_under_the_lock(
    live: bool, release: str, staging: Staging
) -> None:
    host = host_with(staging, [], live=live)

    backups.backup(staging.job(), wait=7)

    lock, make, _, unlock = changes(host)
    name = make.rpartition(" ")[2]
    assert (lock, unlock) == ("lock /srv/shop/lock", "unlock")
    assert make.startswith("shop: ")
    assert MAKE in make
    assert re.fullmatch(rf"\d{{8}}T\d{{6}}Z-{release}", name)
    assert staging.report.steps == [(f"back up the database as {name}", True)]
    fields = {"target": "staging", "host": "192.0.2.7", "name": name, "off_host": False}
    assert staging.report.results == [("backup", fields)]
    entry = json.loads(host.sent[0])
    assert (entry["verb"], entry["what"]) == ("backup", name)
    assert [wait for _, wait in host.holders] == [7]


def test_backup_is_named_after_the_release_that_is_live_under_the_lock(staging: Staging) -> None:
    facts = [staging.facts(), after_another_deploy(staging)]
    host = staging.answering({QUERY: facts, LIST: listed(())})

    backups.backup(staging.job(), wait=7)

    assert json.loads(host.sent[0])["what"].endswith(f"-{LATER.id}")


def test_failed_backup_is_an_error_and_removes_no_other(staging: Staging) -> None:
    host = host_with(staging, NAMES, {MAKE: failed(errors="/srv has 3 MiB free")})

    with pytest.raises(StepFailed, match="the data is as it was") as raised:
        backups.backup(staging.job(app={"keep_backups": 1}))

    assert raised.value.details == "/srv has 3 MiB free"
    assert "keep_backups" in raised.value.hint
    assert not [note for note in host.notes if NAMES[0] in note]


def test_only_the_newest_backups_are_kept(staging: Staging) -> None:
    host = host_with(staging, NAMES)

    backups.backup(staging.job(app={"keep_backups": 1}))

    remove = changes(host)[2]
    assert remove.startswith("shop: ")
    assert remove.endswith(f"{PLACE} {NAMES[0]} {NAMES[1]}")


def test_names_are_kept_for_the_shell(staging: Staging) -> None:
    project = staging.job().project
    project.known.mkdir()
    host_with(staging, NAMES)

    backups.backups(staging.job())

    assert known_names.kept(project, "staging", known_names.BACKUPS) == NAMES[::-1]
    assert known_names.kept(project, "staging", known_names.RELEASES) == [NOW.id]


def test_backups_are_listed_with_their_size_and_rows(staging: Staging) -> None:
    host = host_with(staging, NAMES[:2])

    backups.backups(staging.job())

    assert staging.report.said == [f"{name}  4096 bytes  12 rows" for name in NAMES[:2]]
    assert [note for note in host.notes if LIST in note and note.startswith("shop: ")]
    assert changes(host) == []


def test_list_is_a_table(staging: Staging) -> None:
    rows = f"{NAMES[0]}\t4096\t0\t\n{NAMES[1]}x\t132847\t12\t\n"
    staging.answering({LIST: printed(rows)})

    backups.backups(staging.job())

    assert staging.report.said == [
        f"{NAMES[0]}     4096 bytes   0 rows",
        f"{NAMES[1]}x  132847 bytes  12 rows",
    ]


def test_host_without_a_backup_says_so(staging: Staging) -> None:
    host_with(staging, [])

    backups.backups(staging.job())

    assert staging.report.said == ["staging has no backup"]


def test_list_that_fails_is_an_error_with_a_hint(staging: Staging) -> None:
    staging.answering({LIST: failed(errors="sh: 2: cd: can't cd to /srv: Permission denied")})

    with pytest.raises(StepFailed, match="can't be listed") as raised:
        backups.backups(staging.job())

    assert "Permission denied" in raised.value.details
    assert raised.value.hint == "python deploy.py provision --target staging"


def test_old_backups_that_cannot_be_removed_are_a_warning(staging: Staging) -> None:
    host_with(staging, NAMES, {'rm -rf "$name.new"': failed(errors="read-only file system")})

    backups.backup(staging.job(app={"keep_backups": 1}))

    assert staging.report.warnings == ["old backups could not be removed: read-only file system"]


def test_backup_may_take_hours(staging: Staging) -> None:
    host = host_with(staging, [])
    run, limits = host.run, list[int]()

    def noted(argv: Argv, **how: Any) -> Result:
        limits.extend([how["seconds"]] if MAKE in " ".join(argv) else [])
        return run(argv, **how)

    host.run = noted  # type: ignore[method-assign]
    backups.backup(staging.job())

    assert limits == [4 * 3600]


def test_list_of_a_host_that_makes_none_says_where_they_are() -> None:
    empty = BackupList("staging", "192.0.2.2", (), "192.0.2.1")

    assert empty.text() == (
        "192.0.2.2 has no backup. Deploys make theirs on 192.0.2.1: `python deploy.py restore --host 192.0.2.1 "
        "--target staging` lists them"
    )
