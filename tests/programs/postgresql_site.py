"""A PostgreSQL server for the tests, with a site's two databases, if the programs are installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from understudy.commands import Argv
from understudy.config.data import Data
from understudy.data import schema
from understudy.data.anonymise import Sql
from understudy.data.queries import loading, reading, tables

NAME = "20260102T030405Z-pulled"
SALT = "s'alt"
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
needs_server = pytest.mark.needs("initdb")

_MAKE = """
DROP DATABASE IF EXISTS shop;
DROP DATABASE IF EXISTS shop_scratch;
DROP ROLE IF EXISTS shop;
CREATE ROLE shop LOGIN;
CREATE DATABASE shop OWNER shop TEMPLATE template0 ENCODING :'encoding' LOCALE 'C';
CREATE DATABASE shop_scratch OWNER shop TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
"""


def run(argv: Argv, given: bytes = b"") -> bytes:
    done = tried(argv, given)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def tried(argv: Argv, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(argv, input=given, capture_output=True, cwd="/")


def ask(query: str, name: str = "shop") -> str:
    return run(("psql", "-XqAt", "-d", name, "-c", query)).decode().strip()


@contextmanager
def started() -> Iterator[PurePosixPath]:
    """A server within the context. Yields the site's directory of backups. Clients are the site's user."""
    with _place() as place:
        owner = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
        data = ("-D", str(place / "data"))
        run((*owner, str(PROGRAMS[-1]), "-N", "-A", "trust", "-U", "postgres", *data))
        control = (*owner, str(PROGRAMS[-1].with_name("pg_ctl")), "-w", "-s", *data)
        options = f"-F -k {place} -c listen_addresses="
        run((*control, "-l", str(place / "log"), "-o", options, "start"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGHOST", str(place))
            patch.setenv("PGUSER", "shop")
            (place / "backups").mkdir()
            yield PurePosixPath(place / "backups")
        run((*control, "-m", "immediate", "stop"))


@contextmanager
def _place() -> Iterator[Path]:
    """A directory for the server, which does not run as root: not below pytest's, which only root may enter.
    Its path is short: a socket's path has at most 107 characters (unix(7)).
    """
    with tempfile.TemporaryDirectory(prefix="pg-") as made:
        if os.geteuid() == 0:
            shutil.chown(made, "postgres")
        yield Path(made)


def make(text: str, encoding: str = "UTF8") -> None:
    """Makes both databases again, and runs the text in the site's."""
    psql = ("psql", "-Xq", "-v", "ON_ERROR_STOP=1")
    as_root = (*psql, "-U", "postgres", "-d", "postgres", "-v", f"encoding={encoding}")
    run(as_root, b"SET client_min_messages = error;" + _MAKE.encode())
    run((*psql, "-d", "shop"), text.encode())


def the_database(backups: PurePosixPath) -> schema.Database:
    [found] = schema.parse(run(tables.describe("postgresql", "shop", backups)).decode())
    return found


def try_read(
    backups: PurePosixPath, rules: Mapping[str, Any] | None = None
) -> subprocess.CompletedProcess[bytes]:
    data = Data.model_validate({"tables": rules or {}})
    queries = reading.queries(Sql("postgresql", SALT), the_database(backups), data)
    return tried(reading.read("postgresql", "shop", backups, "shop"), queries.encode())


def read(backups: PurePosixPath, rules: Mapping[str, Any] | None = None) -> bytes:
    done = try_read(backups, rules)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def load(
    backups: PurePosixPath, text: bytes, name: str = NAME
) -> subprocess.CompletedProcess[bytes]:
    """Makes a backup of the text, but for the last step."""
    run(loading.begin("postgresql", "shop", backups, name, 1))
    return tried(loading.add("postgresql", "shop", backups, name, "shop"), text)
