"""Production's names in data become those of the target that it's loaded onto, and what is left is counted."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.programs import postgresql_site
from tests.programs.postgresql_site import ask, needs_server, started
from tests.programs.sqlite_site import NAME, Site, rows, run
from understudy.commands import backups as commands
from understudy.config.app import Engine
from understudy.config.data import Data
from understudy.data.anonymise import Sql
from understudy.data.queries import addresses, names, reading
from understudy.data.rewrite import Rewrite
from understudy.data.rewrite_check import columns_to_search
from understudy.data.rewrite_marks import Marks, rewritten
from understudy.data.schema import Database

SHOP = Rewrite((("shop.example.com", "shop.test"),), "http")
WORD = "understudy-0123456789abcdef"
MARKS = Marks(WORD, SHOP.parts)
RULES = {
    "post": {"body": "replace", "link": "replace", "answer": "replace", "log": "keep"},
    "only_key": {"url": "replace"},
}
URL = "https://shop.example.com/a"
BODY = "it's at https://shop.example.com:443/a\n\tand not at https://cdn.shop.example.com/b\\"
MADE = "it's at http://shop.test/a\n\tand not at https://cdn.shop.example.com/b\\"
ANSWER, ANSWERED = {"next": [f"{URL}\n", 'a "b"']}, {"next": ["http://shop.test/a\n", 'a "b"']}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def text_of(engine: Engine) -> str:
    kind, touch = ("jsonb", "$$") if engine == "postgresql" else ("JSON", "")
    trigger = (
        f"CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS {touch}BEGIN RAISE 'touched'; END{touch};"
        "CREATE TRIGGER touched BEFORE UPDATE ON post FOR EACH ROW EXECUTE FUNCTION touch();"
        if touch
        else "CREATE TRIGGER touched AFTER UPDATE ON post BEGIN SELECT RAISE(ABORT, 'touched'); END;"
    )
    values = ", ".join(map(quoted, (BODY, URL, json.dumps(ANSWER), f"GET {URL}", f"see {URL}")))
    return f"""
CREATE TABLE post (id integer PRIMARY KEY, body text NOT NULL, link varchar(200) UNIQUE, answer {kind},
    log text, title text);
INSERT INTO post VALUES (1, {values});
INSERT INTO post VALUES (2, 'none', NULL, NULL, 'shop.example.community', '');
CREATE TABLE only_key (url varchar(200) PRIMARY KEY);
INSERT INTO only_key VALUES ('{URL}'), ('https://example.org/');
CREATE TABLE django_site (id integer PRIMARY KEY, domain varchar(100) NOT NULL, name varchar(50));
INSERT INTO django_site VALUES (1, 'shop.example.com', 'Shop.example.com'), (2, 'other.example', 'other');
{trigger}
"""


def queries(engine: Engine, database: Database, rules: Mapping[str, Any]) -> str:
    data = Data.model_validate({"rewrite": rules})
    return reading.queries(Sql(engine, "salt", MARKS), database, data)


def changed(text: bytes, rules: Mapping[str, Any]) -> bytes:
    data = Data.model_validate({"rewrite": rules})
    return b"".join(rewritten([text[:50], text[50:]], WORD, SHOP, data))


def left(engine: Engine, site: str, backups: PurePosixPath, database: Database) -> dict[Any, int]:
    """What the check finds, with the rules."""
    columns = columns_to_search(database.tables, Data.model_validate({"rewrite": RULES}))
    argv = addresses.search(engine, site, backups, database.name)
    done = run(argv, names.queries(engine, SHOP, columns).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    return dict(names.parse(done.stdout.decode()))


@pytest.fixture
def production(tmp_path: Path, no_sync: None) -> Site:
    site = Site(tmp_path / "production")
    site.make(text_of("sqlite"))
    return site


def travelled(production: Site, staging: Site, rules: Mapping[str, Any]) -> None:
    [database] = production.databases()
    read = run(production.reader(), queries("sqlite", database, rules).encode())
    assert (read.returncode, read.stderr) == (0, b"")
    done = staging.load(changed(read.stdout, rules))
    assert (done.returncode, done.stderr) == (0, b"")
    assert run(commands.restore("sqlite", "shop", staging.backups, NAME)).returncode == 0


def test_sqlite_data_comes_with_the_names_of_the_target(production: Site, tmp_path: Path) -> None:
    staging = Site(tmp_path / "staging")
    staging.make("CREATE TABLE old (x)")
    travelled(production, staging, RULES)

    [first, second] = rows(staging.file, "SELECT body, link, answer, log, title FROM post")
    assert first[:2] == (MADE, "http://shop.test/a")
    assert json.loads(first[2]) == ANSWERED
    assert first[3:] == (f"GET {URL}", f"see {URL}")
    assert second == ("none", None, None, "shop.example.community", "")
    assert rows(staging.file, "SELECT url FROM only_key ORDER BY url") == [
        ("http://shop.test/a",),
        ("https://example.org/",),
    ]
    assert rows(staging.file, "SELECT domain, name FROM django_site") == [
        ("shop.test", "shop.test"),
        ("other.example", "other"),
    ]
    [database] = staging.databases()
    assert left("sqlite", "shop", staging.backups, database) == {("post", "title"): 1}


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_sqlite_text_without_a_rule_arrives_unchanged(
    encoding: str, production: Site, tmp_path: Path
) -> None:
    other = Site(tmp_path / "other")
    other.make(f"PRAGMA encoding = '{encoding}'; CREATE TABLE t (x, y BLOB);")
    other.make(
        f"INSERT INTO t VALUES ('ä {URL}', x'00'), ({quoted(URL)} || char(0), '{URL}'), (1.5, 3)"
    )
    staging = Site(tmp_path / "staging")
    travelled(other, staging, {})

    asked = "SELECT typeof(x), x, typeof(y), y FROM t"
    assert rows(staging.file, asked) == rows(other.file, asked)
    [database] = staging.databases()
    assert left("sqlite", "shop", staging.backups, database) == {("t", "x"): 2, ("t", "y"): 1}


@pytest.fixture(scope="module")
def backups() -> Iterator[PurePosixPath]:
    with started() as backups:
        yield backups


def postgresql_travelled(backups: PurePosixPath, rules: Mapping[str, Any]) -> Database:
    database = postgresql_site.the_database(backups)
    argv = reading.read("postgresql", "shop", backups, "shop")
    read = run(argv, queries("postgresql", database, rules).encode())
    assert (read.returncode, read.stderr) == (0, b"")
    done = postgresql_site.load(backups, changed(read.stdout, rules))
    assert (done.returncode, done.stderr) == (0, b"")
    kept = Path(backups / f"{NAME}.new")
    kept.rename(backups / NAME)
    try:
        restored = run(commands.restore("postgresql", "shop", backups, NAME))
        assert (restored.returncode, restored.stderr) == (0, b"")
    finally:
        for file in Path(backups / NAME).iterdir():
            file.unlink()
        Path(backups / NAME).rmdir()
    return postgresql_site.the_database(backups)


@needs_server
@pytest.mark.parametrize("encoding", ["UTF8", "LATIN1"])
def test_postgresql_data_comes_with_the_names_of_the_target(
    encoding: str, backups: PurePosixPath
) -> None:
    postgresql_site.make(text_of("postgresql"), encoding)
    database = postgresql_travelled(backups, RULES)

    assert ask("SELECT body FROM post WHERE id = 1") == MADE
    assert json.loads(ask("SELECT answer FROM post WHERE id = 1")) == ANSWERED
    assert ask("SELECT link, log, title FROM post") == (
        f"http://shop.test/a|GET {URL}|see {URL}\n|shop.example.community|"
    )
    assert (
        ask("SELECT url FROM only_key ORDER BY url") == "http://shop.test/a\nhttps://example.org/"
    )
    assert ask("SELECT domain, name FROM django_site") == "shop.test|shop.test\nother.example|other"
    assert left("postgresql", "shop", backups, database) == {("post", "title"): 1}


@needs_server
def test_postgresql_values_of_other_types_arrive_unchanged(backups: PurePosixPath) -> None:
    postgresql_site.make(f"""
CREATE TYPE place AS ENUM ('{URL}');
CREATE DOMAIN url AS text;
CREATE TABLE t (a text[], b xml, c char(60), d place, e url, f bytea, g boolean, h json, i uuid);
INSERT INTO t VALUES (ARRAY['{URL}', 'a,"b"'], '<a href="{URL}"/>', '{URL}', '{URL}', '{URL}', '\\x00',
    true, '{{"a":  "{URL}"}}', NULL), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
""")
    before = ask("SELECT * FROM t")
    database = postgresql_travelled(backups, {})

    assert ask("SELECT * FROM t") == before
    found = left("postgresql", "shop", backups, database)
    assert found == {("t", column): 1 for column in "abcdeh"}
