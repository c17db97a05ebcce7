"""Backups of a site, made and restored by the commands of a deploy, in a directory."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path, PurePosixPath

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


def sql(file: Path, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last statement."""
    with closing(sqlite3.connect(file, timeout=10)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows


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
