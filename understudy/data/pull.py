"""Pulls production's data onto this machine: anonymised as it's read, encrypted on disk.

Nothing is written on production.
"""

import hashlib
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from understudy.commands import Argv, answers, as_user
from understudy.config.data import Data
from understudy.data import anonymise, bundle, encryption, personal, schema
from understudy.data.anonymise import Sql
from understudy.data.bundle import MEDIA, DataBundle
from understudy.data.dump import Dump
from understudy.data.personal import Finding
from understudy.data.queries import addresses, reading, tables
from understudy.data.queries import media as media_queries
from understudy.data.schema import Database
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.host import data_errors, steps
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import SshConnection

_MIB = 2**20
# Left for the other work on this machine.
_ROOM_LEFT = 256 * _MIB


@dataclass(frozen=True)
class Media:
    """Uploaded files: name -> bytes."""

    files: Mapping[str, int]

    @property
    def size(self) -> int:
        return sum(self.files.values())

    @property
    def names(self) -> bytes:
        return b"".join(name.encode(errors="surrogateescape") + b"\0" for name in self.files)


def pull(job: Job) -> None:
    """Pulls the data of the job's target, in place of what was pulled before.

    Raises Refused if a column looks like personal data and has no rule, ConfigError for rules that don't
    fit, StepFailed if the data can't be read or is larger than the disk.
    """
    data = job.config.data
    with SshConnection(job.target, job.config.host.deployer) as connection:
        with job.report.step(f"list the tables of {job.target_name}"):
            databases = _databases(connection, job)
            media = chosen(_media(connection, job), data.media)
        refuse_unless_ruled(data, databases)
        with job.report.step("search columns without a rule for e-mail addresses"):
            _refuse_unruled(_with_addresses(connection, job, databases))
        size = sum(database.size for database in databases)
        _refuse_without_room(job, size + media.size)
        with bundle.new(job, job.target_name) as directory:
            at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            sql = Sql(job.config.app.database, secrets.token_hex(16))
            key = encryption.key(encryption.key_file())
            rows = _Pulling(connection, job, sql, key, directory).all(databases, media)
            parts = tuple(database.name for database in databases)
            count = len(media.files)
            bundle.keep(job, DataBundle(job.target_name, sql.engine, at, size, parts, rows, count))
    job.report.say(
        f"pulled {sum(rows.values())} rows in {len(rows)} tables and {count} uploaded files "
        f"from {job.target_name}; python deploy.py data load loads them onto staging"
    )


def refuse_unless_ruled(data: Data, databases: tuple[Database, ...]) -> None:
    """Raises ConfigError for rules that don't fit the tables, Refused for columns that lack a rule."""
    tables = [table for database in databases for table in database.tables]
    if wrong := anonymise.mistakes(data, tables):
        raise ConfigError(
            f"deploy.yml has {len(wrong)} rules that do not fit the data",
            details="\n".join(wrong),
            hint="The rules are compared with the present tables of the target; docs/data.md has all rules.",
        )
    _refuse_unruled(personal.find(tables, data))


def _refuse_unruled(findings: Sequence[Finding]) -> None:
    if findings:
        raise Refused(
            f"{len(findings)} columns look like personal data and have no anonymisation rule",
            details="\n".join(map(str, findings)),
            hint="Give each column a rule in deploy.yml; `keep` leaves it unchanged. For example:\n"
            + personal.snippet(findings),
        )


def chosen(media: Media, share: float) -> Media:
    """A share of the files, from 0 to 1. The file's name decides, so it is always the same ones."""

    def lot(name: str) -> float:
        digest = hashlib.sha256(name.encode(errors="surrogateescape")).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    return Media({name: size for name, size in media.files.items() if lot(name) < share})


def _databases(connection: SshConnection, job: Job) -> tuple[Database, ...]:
    app = job.config.app
    output = _ask(connection, job, tables.describe(app.database, app.name, _backups(job)))
    return schema.parse(output)


def _with_addresses(
    connection: SshConnection, job: Job, databases: tuple[Database, ...]
) -> list[Finding]:
    app, found = job.config.app, list[Finding]()
    for database in databases:
        columns = personal.columns_without_rule(database.tables, job.config.data)
        if not columns:
            continue
        argv = addresses.search(app.database, app.name, _backups(job), database.name)
        done = connection.send(as_user(app.name, argv), addresses.queries(app.database, columns))
        if not done.ok:
            raise _unread(job, done.text)
        found += personal.with_addresses(columns, addresses.parse(done.output))
    return found


def _media(connection: SshConnection, job: Job) -> Media:
    if not job.config.data.media:
        return Media({})
    listed = _ask(connection, job, media_queries.list_all(Paths(job.config.root).media))
    with answers.understood("uploaded files"):
        pairs = (line.partition(" ") for line in listed.split("\0") if line)
        media = Media({name: int(size) for size, _, name in pairs})
    # The connection decodes unreadable bytes as this character.
    if unreadable := [name for name in media.files if "\ufffd" in name]:
        raise StepFailed(
            f"{len(unreadable)} uploaded files have names that are not UTF-8",
            details="\n".join(unreadable[: steps.LINES_OF_OUTPUT]),
            hint="Rename them on the host, in the database too; or pull no uploaded files with `media: 0`.",
        )
    return media


def _ask(connection: SshConnection, job: Job, argv: Argv) -> str:
    done = connection.run(argv, user=job.config.app.name)
    if not done.ok:
        raise _unread(job, done.text)
    return done.output


def _unread(job: Job, output: str) -> StepFailed:
    return data_errors.failed(
        job.target_name, f"the data of {job.target_name} can't be read", output
    )


def _refuse_without_room(job: Job, size: int) -> None:
    job.project.state.mkdir(exist_ok=True)
    free = shutil.disk_usage(job.project.state).free
    if free < size + _ROOM_LEFT:
        raise StepFailed(
            f"{job.project.state} has {free // _MIB} MiB free; the data of {job.target_name} "
            f"may take {size // _MIB} MiB, and {_ROOM_LEFT // _MIB} MiB must stay free",
            hint="Free some space, or drop a table that staging does not need: `table: drop`.",
        )


@dataclass(frozen=True)
class _Pulling:
    """One pull. sql has the salt, which is kept nowhere."""

    connection: SshConnection
    job: Job
    sql: Sql
    key: bytes
    directory: Path

    def all(self, databases: tuple[Database, ...], media: Media) -> dict[str, int]:
        """Returns the rows of each table."""
        rows = Counter[str]()
        for database in databases:
            with self.job.report.step(
                f"read {database.name}, anonymised by the rules of deploy.yml"
            ):
                rows.update(self._database(database))
        if media.files:
            with self.job.report.step(f"read {len(media.files)} uploaded files"):
                self._media(media)
        return dict(rows)

    def _database(self, database: Database) -> Mapping[str, int]:
        app, dump = self.job.config.app, Dump()
        read = reading.read(app.database, app.name, _backups(self.job), database.name)
        queries = reading.queries(self.sql, database, self.job.config.data)

        def fill(write: Callable[[bytes], None]) -> None:
            def take(piece: bytes) -> None:
                dump.take(piece)
                write(piece)

            self._receive(read, queries.encode(), take, dump)

        file = bundle.sealed_file(self.directory, database.name)
        encryption.write(file, self.key, fill)
        return dump.finish()

    def _media(self, media: Media) -> None:
        read = media_queries.read(Paths(self.job.config.root).media)
        file = bundle.sealed_file(self.directory, MEDIA)
        encryption.write(file, self.key, lambda write: self._receive(read, media.names, write))

    def _receive(
        self, argv: Argv, given: bytes, take: Callable[[bytes], None], dump: Dump | None = None
    ) -> None:
        done = self.connection.receive(as_user(self.job.config.app.name, argv), [given], take)
        # The exit status is gzip's: whether everything was read is seen at the text's own end.
        if not done.ok or (dump and not dump.whole):
            lines = done.errors.splitlines()[-steps.LINES_OF_OUTPUT :]
            if dump and dump.table:
                lines.append(f"the data broke off in table {dump.table}")
            raise _unread(self.job, "\n".join(lines))


def _backups(job: Job) -> PurePosixPath:
    return Paths(job.config.root).backups
