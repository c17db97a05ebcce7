"""Backups of SQLite databases, by the real sqlite3, on real files."""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath
from threading import Event, Thread

import pytest

from tests.programs.backup_site import (
    LATER,
    NAME,
    damage,
    listed,
    make,
    names,
    program,
    run,
    sql,
    sqlite,
)
from understudy.commands import backups as commands
from understudy.commands.backups import Backup

pytestmark = pytest.mark.usefixtures("quick_sync")


def test_backup_has_the_data_that_is_still_in_the_journal_and_counts_it(
    shop: Path, data: Path, backups: Path
) -> None:
    sql(data / "empty.db", "VACUUM")
    (data / "notes.txt").touch()
    with closing(sqlite3.connect(shop)) as site:
        site.execute("INSERT INTO seller VALUES (2)")
        site.commit()
        assert shop.with_name("shop.sqlite3-wal").stat().st_size, (
            "without it this test shows nothing"
        )

        made = make(backups)

    assert names(made) == ["empty.db", "rows", "shop.sqlite3"]
    assert sql(made / "shop.sqlite3", "SELECT * FROM seller") == [(1,), (2,)]
    lines = (made / "rows").read_text().splitlines()
    assert lines == ["2\ta \"table's; name\tshop.sqlite3", "2\tseller\tshop.sqlite3"]
    assert made.stat().st_mode & 0o077 == 0, "only its owner reads it"


@pytest.fixture
def writer(shop: Path) -> Iterator[Event]:
    """A writer that adds two rows in a transaction, again and again; the event is set when it has begun."""
    begun, end = Event(), Event()

    def write() -> None:
        with closing(sqlite3.connect(shop, timeout=10)) as connection:
            connection.execute("CREATE TABLE pair (x)")
            while not end.is_set():
                for number in (1, 2):
                    connection.execute("INSERT INTO pair VALUES (?)", (str(number) * 2000,))
                connection.commit()
                begun.set()

    thread = Thread(target=write)
    thread.start()
    yield begun
    end.set()
    thread.join()


def test_backup_of_a_database_that_is_written_to_has_no_half_of_a_transaction(
    shop: Path, backups: Path, writer: Event
) -> None:
    assert writer.wait(10)

    made = make(backups)

    [(count,)] = sql(made / "shop.sqlite3", "SELECT count(*) FROM pair")
    assert isinstance(count, int)
    deadline = time.monotonic() + 30
    while sql(shop, "SELECT count(*) FROM pair") == [(count,)]:
        assert time.monotonic() < deadline, "the writer has stopped"
    assert count > 0
    assert count % 2 == 0
    assert f"{count}\tpair\tshop.sqlite3" in (made / "rows").read_text().splitlines()


def test_backup_reads_all_of_a_file_in_one_transaction(
    shop: Path, backups: Path, tmp_path: Path
) -> None:
    """In several, each write of the site would restart the backup, which never ends on a busy site."""
    notes = tmp_path / "notes"
    program(tmp_path / "bin", "sqlite3", f'echo "$*" >>{notes}; exec /usr/bin/sqlite3 "$@"')

    assert run(sqlite("make", backups), tmp_path / "bin").returncode == 0

    [line] = [line for line in notes.read_text().splitlines() if ".backup" in line]
    assert line.index("BEGIN") < line.index("SELECT") < line.index(".backup")
    assert ".timeout" in line
    assert "-init /dev/null" in line, "without a user's own settings"


@pytest.mark.parametrize("harm", ["index", "no database", "reference"])
def test_damaged_database_makes_no_backup(harm: str, shop: Path, backups: Path) -> None:
    if harm == "index":
        damage(shop)
    elif harm == "reference":
        sql(shop, "DELETE FROM seller")
    else:
        shop.write_text("no database" * 1000)

    done = run(sqlite("make", backups))

    assert done.returncode != 0
    assert "shop.sqlite3" in done.stderr
    assert names(backups) == []


def test_without_a_database_there_is_nothing_to_back_up(data: Path, backups: Path) -> None:
    (data / "shop.sqlite3-wal").touch()
    ask = commands.has_data("sqlite", "shop", PurePosixPath(backups))

    assert run(ask).returncode != 0
    done = run(sqlite("make", backups))

    assert done.returncode != 0
    assert done.stderr == f"there is no database (*.sqlite3, *.db) in {data}\n"
    assert names(data) == ["shop.sqlite3-wal"]
    assert names(backups) == []


def test_database_is_found(shop: Path, backups: Path) -> None:
    assert run(commands.has_data("sqlite", "shop", PurePosixPath(backups))).returncode == 0


@pytest.mark.parametrize(("free", "fits"), [(15, False), (16, True)])
def test_backup_needs_room_for_twice_the_data(
    free: int, fits: bool, shop: Path, backups: Path, tmp_path: Path
) -> None:
    shop.unlink()
    sql(shop, "CREATE TABLE t (x)")
    assert shop.stat().st_size == 8 * 1024
    program(tmp_path / "bin", "df", f"echo Avail; echo {free}")

    done = run(sqlite("make", backups), tmp_path / "bin")

    assert (done.returncode == 0) == fits
    assert names(backups) == ([NAME] if fits else [])
    assert fits or f"{backups} has 0 MiB free" in done.stderr


@pytest.mark.parametrize(("free", "fits"), [(24, False), (34, True)])
def test_journal_needs_room_too_and_may_be_gone_the_next_moment(
    free: int, fits: bool, shop: Path, backups: Path, tmp_path: Path
) -> None:
    """SQLite removes it when the last connection closes, as after a visitor's request."""
    program(tmp_path / "bin", "df", f"echo Avail; echo {free}")
    gone = 'case "$*" in *-wal) echo "no such file" >&2; exit 1 ;; esac'
    program(tmp_path / "bin", "stat", f'{gone}; exec /usr/bin/stat "$@"')
    with closing(sqlite3.connect(shop)) as site:
        site.execute("INSERT INTO seller VALUES (2)")
        site.commit()
        assert shop.stat().st_size == 12 * 1024
        done = run(sqlite("make", backups), tmp_path / "bin")

    assert (done.returncode == 0) == fits


@pytest.mark.parametrize("killed", ["cp", "sync"])
def test_killed_backup_is_not_listed_and_the_next_removes_its_files(
    killed: str, shop: Path, backups: Path, tmp_path: Path
) -> None:
    program(tmp_path / "bin", killed, "kill -KILL $PPID")

    done = run(sqlite("make", backups), tmp_path / "bin")

    assert done.returncode < 0
    assert f"{NAME}.new" in names(backups)
    assert listed(backups) == ()
    make(backups, LATER)
    assert names(backups) == [LATER]


def test_backup_is_on_the_disk_before_it_counts(shop: Path, backups: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    for name in ("sync", "mv"):
        program(tmp_path / "bin", name, f'echo {name} "$@" >>{notes}; exec /bin/{name} "$@"')

    assert run(sqlite("make", backups), tmp_path / "bin").returncode == 0

    assert notes.read_text().splitlines()[-3:] == [
        f"sync -f {NAME}.new",
        f"mv -T {NAME}.new {NAME}",
        "sync .",
    ]


def test_one_backup_or_restore_at_a_time(saved: Path, backups: Path) -> None:
    with subprocess.Popen(
        ("flock", str(backups), "sh", "-c", "echo held; cat"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        refused = [run(sqlite(verb, backups, LATER)) for verb in ("make", "restore")]
        holder.communicate()

    assert all("another backup or restore is at work" in done.stderr for done in refused)
    assert names(backups) == [NAME]


def test_backup_does_not_replace_another(saved: Path, backups: Path) -> None:
    before = (saved / "shop.sqlite3").stat()

    done = run(sqlite("make", backups))

    assert done.returncode != 0
    assert "there is a backup" in done.stderr
    assert (saved / "shop.sqlite3").stat() == before


def test_databases_may_have_any_name(data: Path, backups: Path) -> None:
    files = [data / name for name in ("-n b.db", "$(id).db", "a'\"b.db", "*ä.sqlite3")]
    for number, file in enumerate(files):
        sql(file, f"PRAGMA user_version = {number}", "CREATE TABLE t (x)")

    made = make(backups)
    for file in files:
        sql(file, "PRAGMA user_version = 99")
    assert run(sqlite("restore", backups)).returncode == 0

    assert names(made) == sorted([*(file.name for file in files), "rows"])
    assert [sql(file, "PRAGMA user_version") for file in files] == [
        [(n,)] for n in range(len(files))
    ]
    assert "0\tt\ta'\"b.db" in (made / "rows").read_text().splitlines()


def test_backups_are_listed_oldest_first_with_their_bytes_and_rows(
    saved: Path, backups: Path
) -> None:
    make(backups, LATER)
    # More than 2³¹: not every awk prints such a number as one.
    with (backups / LATER / "shop.sqlite3").open("r+b") as file:
        file.truncate(3_000_000_000)
    for other in (f"{LATER}.new", "something"):
        (backups / other).mkdir()
        (backups / other / "rows").write_text("1\tt\n")

    first, second = listed(backups)

    rows = (backups / NAME / "rows").stat().st_size
    size = (backups / NAME / "shop.sqlite3").stat().st_size + rows
    assert first == Backup(NAME, size, 3)
    assert second == replace(first, name=LATER, size=3_000_000_000 + rows)


@pytest.mark.parametrize("table", ["django_migrations\tshop.sqlite3", "public.django_migrations"])
def test_list_has_how_many_migrations_each_backup_holds(
    table: str, saved: Path, backups: Path
) -> None:
    (backups / NAME / "rows").write_text(f"5\tlists_item\n17\t{table}\n3\tmy_django_migrations\n")

    [backup] = listed(backups)

    assert (backup.rows, backup.migrations) == (25, "17")


def test_listing_no_backups_is_no_error(backups: Path) -> None:
    assert listed(backups) == ()


def test_removed_backups_are_gone_and_the_others_stay(saved: Path, backups: Path) -> None:
    shutil.copytree(saved, backups / LATER)
    missing = NAME.replace("2026", "2025")
    assert run(commands.remove(PurePosixPath(backups), [missing, NAME])).returncode == 0

    assert names(backups) == [LATER]


def test_backup_whose_removal_was_killed_is_not_listed(
    saved: Path, backups: Path, tmp_path: Path
) -> None:
    program(tmp_path / "bin", "rm", "kill -KILL $PPID")

    run(commands.remove(PurePosixPath(backups), [NAME]), tmp_path / "bin")

    assert names(backups) == [f"{NAME}.new"]
    assert listed(backups) == ()
