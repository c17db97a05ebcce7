"""A deploy on production's data, watched: what its migrations do, and what going back would cost."""

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
from understudy.data.queries import looking, reading
from understudy.data.queries.looking import TableLook
from understudy.data.schema import Database
from understudy.host import backups as data_backups
from understudy.host import data_errors
from understudy.job import Job
from understudy.rehearsal.migration_effects import Effects, changes, linter, locks
from understudy.release.layout import Paths
from understudy.ssh.connection import Result, SshConnection

SECONDS_TO_LOOK = 3600
_NAME = re.compile(r"\w+")


@contextmanager
def watched(job: Job) -> Iterator[None]:
    """Tells what the migrations of a deploy have done to the data, if there were any."""
    with SshConnection(job.target, job.config.host.deployer) as connection:
        visit = _Visit(connection, job)
        with job.report.step("sum up what the tables hold"):
            before, applied, backups = visit.tables(), visit.migrations(), visit.backups()
        with visit.locks() as seen:
            yield
        new = sorted(visit.migrations() - applied)
        if not new:
            job.report.say("the deploy had nothing to migrate")
            return
        with job.report.step("sum up again, and try the backup of before"):
            changed, unchanged = changes(before, visit.tables())
            effects = Effects(
                migrations=tuple(new),
                tables=changed,
                unchanged=unchanged,
                locks=locks("".join(seen)),
                restore=visit.restore_cost(backups),
                linter=visit.lint(new),
            )
    for line in effects.lines():
        job.report.say(f"  {line}")
    job.report.attach("migration rehearsal", effects.to_json())


@dataclass(frozen=True)
class _Visit:
    connection: SshConnection
    job: Job

    def tables(self) -> Mapping[str, TableLook]:
        found: dict[str, TableLook] = {}
        for database in self._databases():
            argv = looking.look(*self._where, database.name)
            queries = looking.queries(self.job.config.app.database, database)
            done = self.connection.send(as_user(self.job.config.app.name, argv), queries)
            found |= looking.parse(self._require(done))
        return found

    def migrations(self) -> frozenset[str]:
        """Django's: app and name of each."""
        return frozenset(
            line
            for database in self._databases()
            for line in self._ask(looking.migrations(*self._where, database.name)).splitlines()
        )

    def backups(self) -> tuple[Backup, ...]:
        return data_backups.list_all(self.connection, self.job)

    @contextmanager
    def locks(self) -> Iterator[list[str]]:
        """What was seen of PostgreSQL's locks until the end. SQLite has one, on all of a database."""
        seen: list[str] = []
        if self.job.config.app.database != "postgresql":
            yield seen
            return
        argv = looking.watch_locks(*self._where[1:])
        with self.connection.listening(argv, self.job.config.app.name) as heard:
            yield seen
        seen.extend(heard)

    def restore_cost(self, before: tuple[Backup, ...]) -> str:
        """Of the backup that the deploy made, which is tried."""
        made = [backup for backup in self.backups() if backup not in before]
        if not made:
            return "no backup was made"
        newest, began = made[-1], time.monotonic()
        self._ask(looking.try_backup(*self._where, newest.name))
        seconds = time.monotonic() - began
        size = f"{newest.size / 2**20:.0f} MiB, {newest.rows} rows"
        return f"putting back the backup of before takes {seconds:.0f} s here: {size}"

    def lint(self, migrations: Sequence[str]) -> str:
        # They become words of a command.
        names = [name for one in migrations if _NAME.fullmatch(name := one.partition(" ")[2])]
        run = Paths(self.job.config.root).current / "run"
        done = self.connection.run(looking.lint(run, names), user=self.job.config.app.name)
        return linter(done.text, ok=done.ok)

    def _databases(self) -> tuple[Database, ...]:
        return schema.parse(self._ask(reading.schema(*self._where)))

    def _ask(self, argv: tuple[str, ...]) -> str:
        user = self.job.config.app.name
        return self._require(self.connection.run(argv, user=user, seconds=SECONDS_TO_LOOK))

    def _require(self, done: Result) -> str:
        if not done.ok:
            name = self.job.target_name
            raise data_errors.failed(name, f"the data of {name} can't be looked at", done.text)
        return done.output

    @property
    def _where(self) -> tuple[Engine, str, PurePosixPath]:
        app = self.job.config.app
        return app.database, app.name, Paths(self.job.config.root).backups
