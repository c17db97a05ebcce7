"""The data of a site that has SQLite, read and loaded by the real sqlite3."""

import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from understudy.commands import Argv
from understudy.config.data import Data
from understudy.data import schema
from understudy.data.anonymise import Sql
from understudy.data.queries import loading, reading, tables

NAME = "20260102T030405Z-pulled"
SHOP = """
CREATE TABLE auth_user (id INTEGER PRIMARY KEY AUTOINCREMENT, email VARCHAR(254) UNIQUE NOT NULL,
    name VARCHAR(8), password TEXT, bio TEXT, phone TEXT, vip BOOL, photo BLOB);  -- people
INSERT INTO auth_user VALUES
    (5, 'ann@example.com', 'Ann', 'pbkdf2$1', 'Lives; in
-- end
Rome', '+39 06', 1, x'00ff'), (900719925474, 'bob''s@example.com', '', '', NULL, NULL, 0, NULL);
CREATE TABLE "no ""key" (mail TEXT, mail_count INT, "select" REAL);
INSERT INTO "no ""key" VALUES ('x@y', 3, 0.1), ('z@y', NULL, 1e300), ('x@y', 5, -0.0);
CREATE TABLE by_name (k TEXT PRIMARY KEY, twice INT AS (length(k) * 2)) WITHOUT ROWID;
INSERT INTO by_name VALUES ('ä'), ('日本 🐍');
CREATE TABLE django_session (session_key TEXT);
INSERT INTO django_session VALUES ('s3cret');
CREATE VIRTUAL TABLE search USING fts5(words);
INSERT INTO search VALUES ('ann lives in rome');
CREATE INDEX by_bio ON auth_user (bio);
CREATE VIEW vips AS SELECT * FROM auth_user WHERE vip;
CREATE TRIGGER welcome AFTER INSERT ON auth_user BEGIN DELETE FROM django_session; END;
PRAGMA user_version = 7;
"""
RULES = {
    "auth_user": {
        "email": "email",
        "name": "name",
        "password": "unusable",
        "bio": "text",
        "phone": {"fixed": "it's 555"},
        "photo": None,
        "vip": {"sql": "1 - vip"},
    },
    'no "key': {"mail": "hash"},
    "django_session": "drop",
    "search": "drop",
}


def run(argv: Argv, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(argv, input=given, capture_output=True, cwd="/")


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


class Site:
    """The data of a site that has SQLite, in a directory."""

    def __init__(self, directory: Path) -> None:
        self.backups = PurePosixPath(directory / "backups")
        self.database = directory / "database"
        self.temporary = directory / "tmp"
        for place in (directory / "backups", self.database, self.temporary):
            place.mkdir(parents=True)

    @property
    def file(self) -> Path:
        return self.database / "shop.sqlite3"

    def make(self, text: str, journal: str = "wal") -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute(f"PRAGMA journal_mode = {journal}")
            connection.executescript(text)

    def databases(self) -> tuple[schema.Database, ...]:
        done = run(tables.describe("sqlite", "shop", self.backups))
        assert (done.returncode, done.stderr) == (0, b"")
        return schema.parse(done.stdout.decode())

    def read(self, rules: Mapping[str, Any], salt: str = "s'alt") -> bytes:
        data = Data.model_validate({"tables": rules})
        [found] = self.databases()
        queries = reading.queries(Sql("sqlite", salt), found, data)
        done = run(self.reader(), queries.encode())
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout

    def reader(self) -> Argv:
        """The command that reads the data. Its copy, if it makes one, is in a directory of this site's own."""
        argv = reading.read("sqlite", "shop", self.backups, self.file.name)
        return tuple(word.replace("/var/tmp", str(self.temporary)) for word in argv)

    def load(self, text: bytes, name: str = NAME) -> subprocess.CompletedProcess[bytes]:
        begun = run(loading.begin("sqlite", "shop", self.backups, name, 1))
        if begun.returncode:
            return begun
        done = run(loading.add("sqlite", "shop", self.backups, name, "shop.sqlite3"), text)
        if done.returncode:
            return done
        counted = run(loading.rows("sqlite", "shop", self.backups, name))
        kept = run(loading.keep("sqlite", "shop", self.backups, name))
        return kept if kept.returncode else counted
