"""Backups: SQLite's by the real sqlite3, on real files; PostgreSQL's by programs that take notes."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath
from threading import Event, Thread

import pytest

from understudy.commands import Argv
from understudy.commands import backups as commands
from understudy.commands.backups import Backup

NAME = "20260102T030405Z-0123abcd-4567ef89"
LATER = "20260102T030406Z-0123abcd-4567ef89"


def run(argv: Argv, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """path: a directory with programs that are found before the system's."""
    env = {"PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]}
    return subprocess.run(argv, capture_output=True, text=True, env=env, cwd="/")


def program(directory: Path, name: str, text: str) -> None:
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{text}\n")
    (directory / name).chmod(0o755)


@pytest.fixture(scope="module", autouse=True)
def _no_sync(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The system's programs, but for one that waits for all that this machine has to write."""
    place = tmp_path_factory.mktemp("bin")
    (place / "sync").symlink_to("/bin/true")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{place}:/usr/sbin:/usr/bin:/sbin:/bin")
        yield


def sql(file: Path, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last statement."""
    with closing(sqlite3.connect(file, timeout=10)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    (tmp_path / "database").mkdir()
    return tmp_path / "database"


@pytest.fixture
def backups(data: Path) -> Path:
    return data.parent / "backups"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's directory with a database and a backup of it. Tests have copies."""
    site = tmp_path_factory.mktemp("site")
    for name in ("backups", "database"):
        (site / name).mkdir()
    sql(
        site / "database" / "shop.sqlite3",
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE seller (id INTEGER PRIMARY KEY)",
        'CREATE TABLE "a ""table\'s; name" (seller REFERENCES seller)',
        "INSERT INTO seller VALUES (1)",
        'INSERT INTO "a ""table\'s; name" VALUES (1), (1)',
    )
    make(site / "backups")
    return site


@pytest.fixture
def shop(model: Path, data: Path) -> Path:
    """A database with journal and two tables, of one row and of two, and with a reference."""
    return shutil.copyfile(model / "database" / "shop.sqlite3", data / "shop.sqlite3")


@pytest.fixture
def saved(model: Path, shop: Path, backups: Path) -> Path:
    """A backup of the shop's database, called NAME."""
    return shutil.copytree(model / "backups" / NAME, backups / NAME)


def sqlite(verb: str, backups: Path, name: str = NAME) -> Argv:
    build = getattr(commands, verb)
    argv: Argv = build("sqlite", "shop", PurePosixPath(backups), name)
    return argv


def listed(backups: Path) -> tuple[Backup, ...]:
    done = run(commands.list_all(PurePosixPath(backups)))
    assert done.returncode == 0, done.stderr
    return commands.parse_list(done.stdout)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def make(backups: Path, name: str = NAME) -> Path:
    done = run(sqlite("make", backups, name))
    assert (done.returncode, done.stderr) == (0, "")
    return backups / name


def damage(file: Path) -> None:
    """Changes a text in the table and not in its index: all can still be read."""
    sql(file, "CREATE TABLE good (x UNIQUE)", "INSERT INTO good VALUES ('as written')")
    file.write_bytes(file.read_bytes().replace(b"as written", b"as damaged", 1))


# SQLite


def test_backup_has_the_data_that_is_still_in_the_journal_and_counts_it(
    shop: Path, data: Path, backups: Path
) -> None:
    sql(data / "empty.db", "VACUUM")
    (data / "notes.txt").touch()
    with closing(sqlite3.connect(shop)) as site:
        site.execute("INSERT INTO seller VALUES (2)")
        site.commit()
        assert shop.with_name("shop.sqlite3-wal").stat().st_size, "or this shows nothing"

        made = make(backups)

    assert names(made) == ["empty.db", "rows", "shop.sqlite3"]
    assert sql(made / "shop.sqlite3", "SELECT * FROM seller") == [(1,), (2,)]
    lines = (made / "rows").read_text().splitlines()
    assert lines == ["2\ta \"table's; name\tshop.sqlite3", "2\tseller\tshop.sqlite3"]
    assert made.stat().st_mode & 0o077 == 0, "nobody else reads it"


@pytest.fixture
def writer(shop: Path) -> Iterator[Event]:
    """Somebody who adds two rows in a transaction, again and again; set when it has begun."""
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
    [(now,)] = sql(shop, "SELECT count(*) FROM pair")
    assert isinstance(count, int)
    assert isinstance(now, int)
    assert 0 < count < now, "it was written to meanwhile"
    assert count % 2 == 0
    assert f"{count}\tpair\tshop.sqlite3" in (made / "rows").read_text().splitlines()


def test_backup_reads_all_of_a_file_in_one_transaction(
    shop: Path, backups: Path, tmp_path: Path
) -> None:
    """Each write of the site would make it begin anew, and a busy site never see its end."""
    notes = tmp_path / "notes"
    program(tmp_path / "bin", "sqlite3", f'echo "$*" >>{notes}; exec /usr/bin/sqlite3 "$@"')

    assert run(sqlite("make", backups), tmp_path / "bin").returncode == 0

    [line] = [line for line in notes.read_text().splitlines() if ".backup" in line]
    assert line.index("BEGIN") < line.index("SELECT") < line.index(".backup")
    assert ".timeout" in line
    assert "-init /dev/null" in line, "nobody's own settings"


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


def test_database_is_seen(shop: Path, backups: Path) -> None:
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
    """SQLite removes it when the last who uses the database leaves it, as after a visitor's request."""
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
def test_killed_backup_does_not_look_whole_and_its_rest_goes_with_the_next(
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


def test_no_backups_are_no_failure(backups: Path) -> None:
    assert listed(backups) == ()


def test_restored_is_what_was_backed_up_and_the_replaced_file_is_kept(
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
    """As an app leaves it that is killed after a write: what it wrote is in the journal only."""
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


def test_restore_of_one_that_is_gone_brings_it_back(
    shop: Path, data: Path, saved: Path, backups: Path
) -> None:
    shop.unlink()

    assert run(sqlite("restore", backups)).returncode == 0

    assert names(data) == ["shop.sqlite3"]


def test_two_restores_and_a_killed_one_end_as_one(
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
    # Comes first, and is good: it isn't put back either.
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


def test_removed_backups_are_gone_and_the_others_stay(saved: Path, backups: Path) -> None:
    shutil.copytree(saved, backups / LATER)
    missing = NAME.replace("2026", "2025")
    assert run(commands.remove(PurePosixPath(backups), [missing, NAME])).returncode == 0

    assert names(backups) == [LATER]


def test_killed_removal_leaves_nothing_that_looks_whole(
    saved: Path, backups: Path, tmp_path: Path
) -> None:
    program(tmp_path / "bin", "rm", "kill -KILL $PPID")

    run(commands.remove(PurePosixPath(backups), [NAME]), tmp_path / "bin")

    assert names(backups) == [f"{NAME}.new"]
    assert listed(backups) == ()


# PostgreSQL


@pytest.fixture
def bin_dir(tmp_path: Path, backups: Path) -> Path:
    """Programs that record their arguments. A dump is its text; psql answers as if it ran what it gets."""
    place, notes = tmp_path / "bin", tmp_path / "notes"
    program(
        place,
        "pg_dump",
        f'echo pg_dump "$@" >>{notes}\nfor last; do :; done\n'
        'for word; do case $word in --file=*) echo "data of $last" >"${word#*=}" ;; esac; done',
    )
    program(
        place,
        "pg_restore",
        f'echo pg_restore "$@" >>{notes}\n[ "$1" != --list ] || '
        "{ echo '1; TABLE t'; echo '2; 0 0 COMMENT - EXTENSION x'; exit; }\n"
        'for last; do :; done\necho "BEGIN; -- $(cat)"; cat "$last"; echo "COMMIT;"',
    )
    program(
        place,
        "psql",
        f'echo psql "$@" >>{notes}\ncase "$*" in\n*pg_database_size*) echo 100 ;;\n'
        f"*-f*) cat >{tmp_path}/sql; grep -q gexec {tmp_path}/sql && printf '3\\tpublic.t\\n'\n"
        f"sed -n 's/^.echo //p' {tmp_path}/sql ;;\nesac",
    )
    program(place, "df", "echo Avail; echo 999999")
    return place


def postgresql(verb: str, backups: Path) -> Argv:
    argv: Argv = getattr(commands, verb)("postgresql", "my-shop", PurePosixPath(backups), NAME)
    return argv


def noted(tmp_path: Path, what: str) -> list[str]:
    return [line for line in (tmp_path / "notes").read_text().splitlines() if what in line]


def test_postgresql_backup_is_tried_in_the_scratch_database(
    bin_dir: Path, backups: Path, tmp_path: Path
) -> None:
    done = run(postgresql("make", backups), bin_dir)

    assert (done.returncode, done.stderr) == (0, "")
    assert (backups / NAME / "database.dump").read_text() == "data of my-shop\n"
    assert (backups / NAME / "rows").read_text() == "3\tpublic.t\n"
    assert [backup.rows for backup in listed(backups)] == [3]
    assert "--format=custom" in noted(tmp_path, "pg_dump")[0]
    [load] = noted(tmp_path, "-f -")
    assert "-d my-shop_scratch" in load
    assert "ON_ERROR_STOP=1" in load


def test_postgresql_restore_replaces_all_in_one_transaction_that_the_dump_itself_ends(
    bin_dir: Path, backups: Path, tmp_path: Path
) -> None:
    """Were the COMMIT ours, it would come after a dump that is cut off, too."""
    assert run(postgresql("make", backups), bin_dir).returncode == 0

    done = run(postgresql("restore", backups), bin_dir)

    assert (done.returncode, done.stderr) == (0, "")
    assert "-d my-shop " in noted(tmp_path, "-f -")[1]
    assert "--single-transaction" in noted(tmp_path, "--file=-")[1]
    sql = (tmp_path / "sql").read_text()
    order = ["BEGIN;", "DROP OWNED", "1; TABLE", "data of my-shop", "COMMIT;", "complete"]
    assert [sql.index(word) for word in order] == sorted(sql.index(word) for word in order)
    assert sql.count("COMMIT;") == 1
    assert "EXTENSION" not in sql, "only its owner may comment on an extension"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("pg_dump", "exit 1", id="no dump"),
        pytest.param("pg_restore", "exit 1", id="no dump at all"),
        pytest.param("pg_restore", '[ "$1" != --list ] || exit 0; echo half; exit 1', id="cut off"),
        # Says nothing of a table that it was given half of.
        pytest.param("psql", "cat >/dev/null; echo 100", id="psql ends early"),
        pytest.param("psql", 'case "$*" in *-f*) echo complete; exit 3; esac; echo 1', id="failed"),
    ],
)
def test_postgresql_backup_that_cannot_be_restored_is_none(
    name: str, text: str, bin_dir: Path, backups: Path
) -> None:
    program(bin_dir, name, text)

    assert run(postgresql("make", backups), bin_dir).returncode != 0

    assert not [path for path in names(backups) if not path.endswith(".new")]
    assert listed(backups) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("exit 1", id="no dump"),
        pytest.param('[ "$1" != --list ] || exit 0; echo half; exit 1', id="cut off"),
        # Nothing on the list would be nothing restored.
        pytest.param('[ "$1" != --list ]', id="no list"),
    ],
)
def test_broken_postgresql_backup_is_reported_and_never_committed(
    text: str, bin_dir: Path, backups: Path, tmp_path: Path
) -> None:
    assert run(postgresql("make", backups), bin_dir).returncode == 0
    program(bin_dir, "pg_restore", text)

    (tmp_path / "sql").unlink()

    done = run(postgresql("restore", backups), bin_dir)

    assert done.returncode != 0
    assert f"{NAME} can't be restored; the database is as before" in done.stderr
    assert not (tmp_path / "sql").exists() or "COMMIT" not in (tmp_path / "sql").read_text()


def test_backup_of_the_other_engine_is_not_restored(
    saved: Path, bin_dir: Path, backups: Path
) -> None:
    done = run(postgresql("restore", backups), bin_dir)

    assert done.returncode != 0
    assert "has no PostgreSQL database" in done.stderr


def test_postgresql_backup_needs_room_for_twice_the_data(bin_dir: Path, backups: Path) -> None:
    program(bin_dir, "df", "echo Avail; echo 199")

    done = run(postgresql("make", backups), bin_dir)

    assert done.returncode != 0
    assert f"{backups} has 0 MiB free" in done.stderr


def test_postgresql_that_does_not_answer_has_no_database(bin_dir: Path, backups: Path) -> None:
    ask = commands.has_data("postgresql", "my-shop", PurePosixPath(backups))
    assert run(ask, bin_dir).returncode == 0
    program(bin_dir, "psql", "exit 2")
    assert run(ask, bin_dir).returncode != 0
