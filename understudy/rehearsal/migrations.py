"""What the migrations of a deploy do to production's data, and what restoring the backup would cost."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from understudy.commands import as_user
from understudy.commands.backups import Backup
from understudy.config.app import Engine
from understudy.data import schema
from understudy.data.queries import migrations as migration_queries
from understudy.data.queries import summaries, tables
from understudy.data.queries.summaries import TableSummary
from understudy.data.schema import Database
from understudy.host import backups as data_backups
from understudy.host import data_errors
from understudy.job import Job
from understudy.local.numbers import number_of
from understudy.rehearsal.migration_effects import Effects, changes, linter, locks
from understudy.release.layout import Paths
from understudy.ssh.connection import Result, SshConnection

# Of one query over all tables.
SECONDS_TO_QUERY = 3600
_NAME = re.compile(r"\w+")


@contextmanager
def examined(job: Job) -> Iterator[None]:
    """Reports what the block, a deploy, did to the data by its migrations, if it ran any.

    Reads all tables before and after, tries to restore the deploy's backup into a copy, and samples
    PostgreSQL's locks meanwhile. Raises StepFailed if the data can't be read.
    """
    with SshConnection(job.target, job.config.host.deployer) as connection:
        data = _Data(connection, job)
        with job.report.step("summarize the tables before the deploy"):
            before, applied, backups = data.tables(), data.migrations(), data.backups()
        with data.locks() as seen:
            yield
        new = sorted(data.migrations() - applied)
        if not new:
            job.report.say("the deploy ran no migrations")
            return
        with job.report.step("summarize the tables after the deploy and try its backup"):
            changed, unchanged = changes(before, data.tables())
            effects = Effects(
                migrations=tuple(new),
                tables=changed,
                unchanged=unchanged,
                locks=locks("".join(seen)),
                restore=data.restore_cost(backups),
                linter=data.lint(new),
            )
    for line in effects.lines():
        job.report.say(f"  {line}")
    job.report.attach("migration rehearsal", effects.to_json())


@dataclass(frozen=True)
class _Data:
    """The databases of the live release, for queries."""

    connection: SshConnection
    job: Job

    def tables(self) -> Mapping[str, TableSummary]:
        found: dict[str, TableSummary] = {}
        for database in self._databases():
            argv = summaries.summarise(*self._where, database.name)
            queries = summaries.queries(self.job.config.app.database, database)
            done = self.connection.send(as_user(self.job.config.app.name, argv), queries)
            found |= summaries.parse(self._require(done))
        return found

    def migrations(self) -> frozenset[str]:
        """Applied Django migrations: app and name of each."""
        return frozenset(
            line
            for database in self._databases()
            for line in self._run(
                migration_queries.applied(*self._where, database.name)
            ).splitlines()
        )

    def backups(self) -> tuple[Backup, ...]:
        return data_backups.list_all(self.connection, self.job)

    @contextmanager
    def locks(self) -> Iterator[list[str]]:
        """Output of watch_locks() during the block. Empty for SQLite, which locks a whole database."""
        seen: list[str] = []
        if self.job.config.app.database != "postgresql":
            yield seen
            return
        argv = migration_queries.watch_locks(*self._where[1:])
        with self.connection.listening(argv, self.job.config.app.name) as heard:
            yield seen
        seen.extend(heard)

    def restore_cost(self, before: tuple[Backup, ...]) -> str:
        """How long restoring the deploy's backup takes, by trying it."""
        made = [backup for backup in self.backups() if backup not in before]
        if not made:
            return "no backup was made"
        newest, began = made[-1], time.monotonic()
        self._run(migration_queries.try_backup(*self._where, newest.name))
        seconds = time.monotonic() - began
        size = f"{newest.size / 2**20:.0f} MiB, {number_of(newest.rows, 'row')}"
        return f"restoring the backup from before the deploy takes {seconds:.0f} s here: {size}"

    def lint(self, migrations: Sequence[str]) -> str:
        # The names become arguments of a command.
        names = [name for one in migrations if _NAME.fullmatch(name := one.partition(" ")[2])]
        run = Paths(self.job.config.root).current / "run"
        done = self.connection.run(
            migration_queries.lint(run, names), user=self.job.config.app.name
        )
        return linter(done.text, ok=done.ok)

    def _databases(self) -> tuple[Database, ...]:
        return schema.parse(self._run(tables.describe(*self._where)))

    def _run(self, argv: tuple[str, ...]) -> str:
        user = self.job.config.app.name
        return self._require(self.connection.run(argv, user=user, seconds=SECONDS_TO_QUERY))

    def _require(self, done: Result) -> str:
        if not done.ok:
            name = self.job.target_name
            raise data_errors.failed(name, f"the data of {name} can't be read", done.text)
        return done.output

    @property
    def _where(self) -> tuple[Engine, str, PurePosixPath]:
        app = self.job.config.app
        return app.database, app.name, Paths(self.job.config.root).backups
