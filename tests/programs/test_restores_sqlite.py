"""Restores of SQLite databases, by the real sqlite3, on real files."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.programs.backup_site import NAME, damage, make, names, program, run, sql, sqlite

pytestmark = pytest.mark.usefixtures("quick_sync")


def test_restore_brings_back_the_backup_and_keeps_the_replaced_file(
    shop: Path, data: Path, backups: Path
) -> None:
    sql(data / "other.db", "CREATE TABLE t (x)")
    make(backups)
    sql(shop, "INSERT INTO seller VALUES (2)", "CREATE TABLE newer (x)")
    sql(data / "since.db", "CREATE TABLE t (x)")

    done = run(sqlite("restore", backups))

    assert (done.returncode, done.stderr) == (0, "")
    assert sql(shop, "SELECT * FROM seller") == [(1,)]
    assert sql(data / "shop.sqlite3.before-restore", "SELECT * FROM seller") == [(1,), (2,)]
    kept = ["other.db", "other.db.before-restore", "shop.sqlite3", "shop.sqlite3.before-restore"]
    assert names(data) == sorted([*kept, "since.db"])


def leave_journal(file: Path) -> None:
    """The files of an app that was killed after a write: the written row is in the journal only."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("INSERT INTO seller VALUES (7)")
        connection.commit()
        left = {path: path.read_bytes() for path in file.parent.iterdir()}
    for path, content in left.items():
        path.write_bytes(content)


def test_journal_of_a_killed_app_belongs_to_the_replaced_file(
    shop: Path, data: Path, saved: Path, backups: Path
) -> None:
    leave_journal(shop)

    assert run(sqlite("restore", backups)).returncode == 0

    assert names(data) == ["shop.sqlite3", "shop.sqlite3.before-restore"]
    assert sql(shop, "SELECT * FROM seller") == [(1,)]
    assert sql(data / "shop.sqlite3.before-restore", "SELECT * FROM seller") == [(1,), (7,)]


def test_database_that_can_no_longer_be_read_is_restored_too(
    shop: Path, data: Path, saved: Path, backups: Path, tmp_path: Path
) -> None:
    failing = 'case "$*" in *wal_checkpoint*) exit 1 ;; esac; exec /usr/bin/sqlite3 "$@"'
    program(tmp_path / "bin", "sqlite3", failing)
    shop.write_text("no database")
    for kind in ("wal", "shm", "journal"):
        (data / f"shop.sqlite3-{kind}").write_text(kind)

    assert run(sqlite("restore", backups), tmp_path / "bin").returncode == 0

    assert not (data / "shop.sqlite3-shm").exists()
    assert sql(shop, "SELECT * FROM seller") == [(1,)]
    aside = data / "shop.sqlite3.before-restore"
    assert aside.read_text() == "no database"
    assert aside.with_name(aside.name + "-wal").read_text() == "wal"
    assert aside.with_name(aside.name + "-journal").read_text() == "journal"


def test_restore_brings_back_a_database_that_is_gone(
    shop: Path, data: Path, saved: Path, backups: Path
) -> None:
    shop.unlink()

    assert run(sqlite("restore", backups)).returncode == 0

    assert names(data) == ["shop.sqlite3"]


def test_restore_can_be_repeated_also_after_a_killed_one(
    shop: Path, data: Path, saved: Path, backups: Path, tmp_path: Path
) -> None:
    program(tmp_path / "bin", "ln", '/bin/ln "$@"; kill -KILL $PPID')
    assert run(sqlite("restore", backups), tmp_path / "bin").returncode < 0
    assert shop.exists(), "an app that starts now would make an empty one"

    for _ in range(2):
        assert run(sqlite("restore", backups)).returncode == 0

    assert names(data) == ["shop.sqlite3", "shop.sqlite3.before-restore"]


@pytest.mark.parametrize("harm", ["damaged", "cut", "missing", "empty"])
def test_broken_backup_changes_nothing(harm: str, shop: Path, data: Path, backups: Path) -> None:
    # The first in order, and good: it isn't restored either.
    sql(data / "a.sqlite3", "CREATE TABLE t (x)")
    copy = make(backups) / "shop.sqlite3"
    if harm == "damaged":
        damage(copy)
    elif harm == "cut":
        copy.write_bytes(copy.read_bytes()[:-4096])
    else:
        for path in copy.parent.iterdir():
            path.unlink()
        if harm == "missing":
            copy.parent.rmdir()
    before = {path: (path.read_bytes(), path.stat().st_ino) for path in data.iterdir()}

    done = run(sqlite("restore", backups))

    assert done.returncode != 0
    assert NAME in done.stderr
    assert {path: (path.read_bytes(), path.stat().st_ino) for path in data.iterdir()} == before
