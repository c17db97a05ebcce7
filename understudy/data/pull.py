"""Pulls production's data onto this machine: anonymised as it's read, encrypted on disk.

Nothing is written on production.
"""

import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from understudy.commands import Argv, as_user
from understudy.config.data import Data
from understudy.data import (
    anonymise,
    bundle,
    encryption,
    inventory,
    personal,
    rewrite,
    rewrite_marks,
)
from understudy.data.anonymise import Sql
from understudy.data.bundle import MEDIA, DataBundle
from understudy.data.dump import Dump
from understudy.data.inventory import Media
from understudy.data.moved import DataPulled
from understudy.data.personal import Finding
from understudy.data.queries import media as media_queries
from understudy.data.queries import reading
from understudy.data.rewrite_marks import Marks
from understudy.data.schema import Database
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.host import steps
from understudy.job import Job
from understudy.local.numbers import number_of
from understudy.local.share import Share
from understudy.release.layout import Paths
from understudy.ssh.connection import SshConnection

_MIB = 2**20
# Left for the other work on this machine.
_ROOM_LEFT = 256 * _MIB


def pull(job: Job) -> None:
    """Pulls the data of the job's target, in place of what was pulled before.

    Raises ConfigError for an engine that is not read and for rules that don't fit, Refused if a column looks
    like personal data and has no rule, StepFailed if the data can't be read or is larger than the disk.
    """
    data = job.config.data
    bundle.refuse_other_engines(job)
    with SshConnection(job.target, job.config.host.deployer) as connection:
        with job.report.step(f"list the tables of {job.target_name}"):
            databases = inventory.databases(connection, job)
            media = inventory.chosen(inventory.media(connection, job), data.media)
        _refuse_wrong_rules(data, databases)
        with job.report.step("search columns without a rule for e-mail addresses"):
            _refuse_missing_rules(inventory.with_addresses(connection, job, databases))
        size = sum(database.size for database in databases)
        _refuse_without_room(job, size + media.size)
        with bundle.new(job, job.target_name) as directory:
            at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            parts_of_names = rewrite.parts(job.target.names)
            marks = Marks(f"understudy-{secrets.token_hex(16)}", parts_of_names)
            sql = Sql(job.config.app.database, secrets.token_hex(16), marks)
            key = encryption.key(encryption.key_file())
            rows = _Pulling(connection, job, sql, key, directory).all(databases, media)
            parts = tuple(database.name for database in databases)
            count = len(media.files)
            pulled = DataBundle(
                job.target_name, sql.engine, at, size, parts, rows, count, marks.word
            )
            bundle.keep(job, pulled)
    total, tables = sum(rows.values()), len(rows)
    job.report.answer(
        DataPulled(job.target_name, job.target.address, pulled.taken, total, tables, count)
    )


def _refuse_wrong_rules(data: Data, databases: tuple[Database, ...]) -> None:
    """Raises ConfigError for rules that don't fit the tables, Refused for columns that lack a rule."""
    tables = [table for database in databases for table in database.tables]
    if wrong := (*anonymise.mistakes(data, tables), *rewrite_marks.mistakes(data, tables)):
        raise ConfigError(
            "deploy.yml has "
            + number_of(
                len(wrong), "rule that does not fit the data", "rules that do not fit the data"
            ),
            details="\n".join(wrong),
            hint="The rules are compared with the present tables of the target; docs/data.md has all rules.",
        )
    _refuse_missing_rules(personal.find(tables, data))


def _refuse_missing_rules(findings: Sequence[Finding]) -> None:
    if findings:
        raise Refused(
            number_of(
                len(findings),
                "column looks like personal data and has no anonymisation rule",
                "columns look like personal data and have no anonymisation rule",
            ),
            details="\n".join(map(str, findings)),
            hint="Give each column a rule in deploy.yml; `keep` leaves it unchanged. For example:\n"
            + personal.snippet(findings),
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
            with self.job.report.step(f"read {number_of(len(media.files), 'uploaded file')}"):
                self._media(media)
        return dict(rows)

    def _database(self, database: Database) -> Mapping[str, int]:
        app, dump = self.job.config.app, Dump()
        read = reading.read(app.database, app.name, inventory.backups(self.job), database.name)
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
        come = 0

        def count(piece: bytes) -> None:
            nonlocal come
            take(piece)
            come += len(piece)
            self.job.report.progress(Share(come))

        done = self.connection.receive(as_user(self.job.config.app.name, argv), [given], count)
        # The exit status is gzip's: whether everything was read is seen at the text's own end.
        if not done.ok or (dump and not dump.whole):
            lines = done.errors.splitlines()[-steps.LINES_OF_OUTPUT :]
            if dump and dump.table:
                lines.append(f"the data broke off in table {dump.table}")
            raise inventory.unread(self.job, "\n".join(lines))
