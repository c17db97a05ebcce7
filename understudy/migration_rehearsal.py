"""A deploy on production's data, watched: what its migrations do, and what going back would cost."""

import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from understudy import data, schema, stream
from understudy.commands import looking, reading
from understudy.commands.looking import TableLook
from understudy.connection import SshConnection
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.migration_effects import Effects, changes, linter, locks
from understudy.release import Paths

SECONDS_TO_LOOK = 3600


@dataclass(frozen=True)
class _State:
    """What the databases hold. migrations: app and name of each that was applied."""

    tables: Mapping[str, TableLook]
    migrations: frozenset[str]
    backups: tuple[str, ...]


@contextmanager
def watched(job: Job) -> Iterator[None]:
    """Tells what the migrations of a deploy have done to the data, if there were any."""
    with SshConnection(job.target, job.config.host.deployer) as connection:
        visit = _Visit(connection, job)
        with job.report.step("sum up what the tables hold"):
            before = visit.state()
        with visit.locks() as seen:
            yield
        after = visit.state()
        if after.migrations == before.migrations:
            job.report.say("the deploy had nothing to migrate")
            return
        with job.report.step("sum up again, and try the backup of before"):
            effects = visit.effects(before, after, "".join(seen))
    for line in effects.lines():
        job.report.say(f"  {line}")
    job.report.attach("migration rehearsal", effects.to_json())


@dataclass(frozen=True)
class _Visit:
    connection: SshConnection
    job: Job

    def state(self) -> _State:
        app, place = self.job.config.app, self._paths.backups
        found = schema.parse(self._ask(reading.schema(app.database, app.name, place)))
        tables: dict[str, TableLook] = {}
        applied: set[str] = set()
        for database in found:
            where = (app.database, app.name, place, database.name)
            argv = ("sudo", "-n", "-u", app.name, "--", *looking.look(*where))
            done = self.connection.send(argv, looking.queries(app.database, database))
            if not done.ok:
                raise StepFailed("the tables can't be read", details=done.text)
            tables |= looking.parse(done.output)
            applied |= {*self._ask(looking.migrations(*where)).splitlines()}
        backups = tuple(backup.name for backup in data.list_all(self.connection, self.job))
        return _State(tables, frozenset(applied), backups)

    @contextmanager
    def locks(self) -> Iterator[list[str]]:
        """What was seen of PostgreSQL's locks until the end. SQLite has one, on all of a database."""
        seen: list[str] = []
        if self.job.config.app.database != "postgresql":
            yield seen
            return
        argv = looking.watch_locks(self.job.config.app.name, self._paths.backups)
        with stream.listening(self.connection, argv, self.job.config.app.name) as heard:
            yield seen
        seen.extend(heard)

    def effects(self, before: _State, after: _State, seen: str) -> Effects:
        new = after.migrations - before.migrations
        changed, unchanged = changes(before.tables, after.tables)
        return Effects(
            migrations=tuple(sorted(new)),
            tables=changed,
            unchanged=unchanged,
            locks=locks(seen),
            restore=self._restore_cost(before),
            linter=self._lint(new),
        )

    def _restore_cost(self, before: _State) -> str:
        made = [
            backup
            for backup in data.list_all(self.connection, self.job)
            if backup.name not in before.backups
        ]
        if not made:
            return "no backup was made"
        app, newest = self.job.config.app, made[-1]
        began = time.monotonic()
        self._ask(looking.try_backup(app.database, app.name, self._paths.backups, newest.name))
        seconds = time.monotonic() - began
        size = f"{newest.size / 2**20:.0f} MiB, {newest.rows} rows"
        return f"putting back the backup of before takes {seconds:.0f} s here: {size}"

    def _lint(self, new: frozenset[str]) -> str:
        names = sorted(migration.partition(" ")[2] for migration in new)
        argv = looking.lint(self._paths.current / "run", names)
        done = self.connection.run(argv, user=self.job.config.app.name)
        return linter(done.text, ok=done.ok)

    def _ask(self, argv: tuple[str, ...]) -> str:
        user = self.job.config.app.name
        done = self.connection.run(argv, user=user, seconds=SECONDS_TO_LOOK)
        if not done.ok:
            raise StepFailed(f"{shlex.join(argv[-3:])}: failed", details=done.text)
        return done.output

    @property
    def _paths(self) -> Paths:
        return Paths(self.job.config.root)
