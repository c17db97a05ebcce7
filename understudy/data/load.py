"""Loads pulled data onto a disposable target without outgoing connections: as a backup that is restored."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, as_user, site
from understudy.commands import app as app_commands
from understudy.config import topology
from understudy.config.app import Engine
from understudy.data import bundle, encryption, rewrite, rewrite_check, rewrite_marks
from understudy.data.bundle import MEDIA, DataBundle
from understudy.data.moved import DataLoaded
from understudy.data.queries import loading
from understudy.data.queries import media as media_queries
from understudy.data.rewrite import Rewrite
from understudy.data.rewrite_check import Leftover
from understudy.deploy import restore, same_release, switch
from understudy.deploy.desired import DesiredState
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.host import all_hosts, backups, data_errors, session, steps
from understudy.host.actions import Run
from understudy.host.gates import Gate
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.local.numbers import number_of
from understudy.local.share import measured
from understudy.release.layout import Paths
from understudy.ssh.connection import Result, SshConnection


def load(job: Job, source: str) -> tuple[Leftover, ...]:
    """Replaces the target's data by what was pulled from `source`, migrates it, and blocks all outgoing
    connections of each host with the app first. Returns the columns that still have names of the source's site.

    Hosts that share the data are stopped meanwhile; the job's host, or the first, loads it for all. Raises
    Refused, ConfigError or StepFailed; before "restore" nothing of the target's data is changed.
    """
    found = find(job, source)
    first, *others = _hosts(job)
    if others:
        hosts = (first, *others)
        same_release.require_live(hosts, all_hosts.look(hosts, _block_outgoing))
        _send(first, found)
        all_hosts.together(hosts, lambda host, gate: _load(host, found, gate, here=host is first))
    else:
        _load(first, found)
    return _searched(first, source, found)


def _hosts(job: Job) -> tuple[Job, ...]:
    """Those that share the data, first the one that loads it."""
    if not topology.has_several_sites(job.config.target(job.target_name).host_list):
        return (all_hosts.one(job),)
    hosts = all_hosts.jobs(replace(job, address=None))
    return tuple(sorted(hosts, key=lambda host: host.address != (job.address or hosts[0].address)))


def _block_outgoing(job: Job) -> str:
    """On all hosts before one of them has the data. Returns the live release."""
    with session.connected(job) as (connection, facts):
        release = restore.live_release(job, facts)
        _close_outgoing(connection, job)
    return release.id


def _send(job: Job, found: DataBundle) -> None:
    """Which may take long, and no host need be stopped for it."""
    with session.connected(job) as (connection, facts):
        entry = AuditEntry("data load", found.backup, restore.live_release(job, facts).commit)
        with session.locked(connection, job, entry, wait=0, before=facts):
            _Loading(connection, job, found).all()


def _load(job: Job, found: DataBundle, gate: Gate | None = None, *, here: bool = True) -> None:
    """here: whether this host has the data."""
    with session.connected(job) as (connection, facts):
        release = restore.live_release(job, facts)
        wanted = DesiredState(job.config, job.target, release)
        entry = AuditEntry("data load", found.backup, release.commit)
        with session.locked(connection, job, entry, wait=0, before=facts) as now:
            session.refuse_if_switched(job, facts, now)
            if here:
                _Loading(connection, job, found).all()
            backup, then = (found.backup, _migrate(wanted)) if here else ("", ())
            actions = switch.restore(wanted, now, backup, then)
            steps.apply_all(job, connection, actions, gate=gate)


def _searched(job: Job, source: str, found: DataBundle) -> tuple[Leftover, ...]:
    with session.connected(job) as (connection, facts):
        release = restore.live_release(job, facts)
        with job.report.step(f"search the data for names of {source}"):
            leftovers = rewrite_check.leftovers(connection, job, _rewrite(job, source))
    target, left = (job.target_name, job.target.address), len(leftovers)
    job.report.answer(DataLoaded(*target, source, found.taken, release.id, left))
    return leftovers


def find(job: Job, source: str) -> DataBundle:
    """The data that load() loads. Raises Refused or ConfigError if it can't be loaded."""
    bundle.refuse_other_engines(job)
    found = bundle.find(job, source)
    if not job.is_disposable:
        raise Refused(
            f"{job.target_name} is not disposable: its data would be lost",
            hint="Only a target with `disposable: true` in deploy.yml takes the data of another target.",
        )
    if found.engine != job.config.app.database:
        raise ConfigError(
            f"the data was pulled from {found.engine}, but deploy.yml has database: {job.config.app.database}",
            hint=f"python deploy.py data pull --from {source} gets the data again.",
        )
    return replace(found, rewriting=rewrite.key(_rewrite(job, source), job.config.data))


def _rewrite(job: Job, source: str) -> Rewrite:
    return rewrite.of_targets(job.config.target(source), job.config.target(job.target_name))


def _migrate(wanted: DesiredState) -> tuple[Run, ...]:
    """The release may be newer than the one that the data is from."""
    if not wanted.app.migrate_commands:
        return ()
    # The backup before the migration is named by the time of now, not of the release's deploy.
    release = replace(wanted.release, deployed_at=session.now())
    argv = app_commands.migrate(wanted.app, wanted.paths, release)
    title = f"migrate the data to release {wanted.release.id}"
    return (Run(title, argv, wanted.app.name, hint=switch.SITE_IS_DOWN),)


def _close_outgoing(connection: SshConnection, job: Job) -> None:
    """Raises StepFailed unless a connection of the app's own user is refused."""
    name = job.config.app.name
    with job.report.step("block outgoing connections"):
        done = connection.run(site.outgoing_off(name))
        tried = connection.run(site.check_egress_blocked(), user=name, seconds=60)
    if not (done.ok and tried.ok):
        raise StepFailed(
            f"{job.target_name} does not block outgoing connections; nothing was loaded",
            details="\n".join(part for part in (done.text, tried.text) if part),
            hint=f"python deploy.py provision --target {job.target_name}",
        )


@dataclass(frozen=True)
class _Loading:
    """One load, up to a backup on the host that can be restored."""

    connection: SshConnection
    job: Job
    pulled: DataBundle

    def all(self) -> None:
        _close_outgoing(self.connection, self.job)
        with self.job.report.step(f"send the data as backup {self.pulled.backup}"):
            if self.pulled.backup not in self._backups():
                self._make_backup()
        if self.pulled.media:
            with self.job.report.step(f"send {number_of(self.pulled.media, 'uploaded file')}"):
                self._send(MEDIA, media_queries.unpack(self._paths.media))

    def _backups(self) -> list[str]:
        return [backup.name for backup in backups.list_all(self.connection, self.job)]

    def _make_backup(self) -> None:
        self._run(loading.begin(*self._where, self.pulled.size))
        for part in self.pulled.parts:
            self._send(part, loading.add(*self._where, part))
        arrived = counted(self._run(loading.rows(*self._where)))
        if lost := differences(self.pulled.rows, arrived):
            raise StepFailed(
                "not all rows arrived; the target's data is unchanged",
                details="\n".join(lost),
                hint="Run the same command again: it sends all the data again.",
            )
        # Only now: the next load trusts a backup of this name to be complete.
        self._run(loading.keep(*self._where))

    def _send(self, part: str, argv: Argv) -> None:
        file = bundle.sealed_file(bundle.place(self.job, self.pulled.source), part)
        read = encryption.read(file, encryption.key(encryption.key_file()))
        pieces = measured(read, self.job.report.progress, file.stat().st_size)
        if self.pulled.mark and part != MEDIA:
            names = _rewrite(self.job, self.pulled.source)
            pieces = rewrite_marks.rewritten(pieces, self.pulled.mark, names, self.job.config.data)
        self._require(self.connection.send(as_user(self.job.config.app.name, argv), pieces))

    def _run(self, argv: Argv) -> str:
        done = self.connection.run(argv, user=self.job.config.app.name)
        self._require(done)
        return done.output

    def _require(self, done: Result) -> None:
        if not done.ok:
            raise data_errors.failed(
                self.job.target_name,
                "the data could not be loaded; the target's data is unchanged",
                "\n".join(done.text.splitlines()[-steps.LINES_OF_OUTPUT :]),
                _hint(done.text),
            )

    @property
    def _paths(self) -> Paths:
        return Paths(self.job.config.root)

    @property
    def _where(self) -> tuple[Engine, str, PurePosixPath, str]:
        app = self.job.config.app
        return app.database, app.name, self._paths.backups, self.pulled.backup


def _hint(output: str) -> str:
    if "damaged" in output or "foreign key" in output:
        return "Rows may refer to rows that a rule has dropped or changed: give their table the same rule."
    if "value too long" in output:
        return (
            "A value may be too long with this target's longer name: take a shorter `domain`, or give the "
            "column no `replace` under data.rewrite."
        )
    return ""


def counted(output: str) -> dict[str, int]:
    """Lines of a number, a table and maybe a file -> the rows of each table, named as in a DataBundle."""
    rows = Counter[str]()
    with answers.understood("rows"):
        for line in output.splitlines():
            count, table, *_ = line.split("\t")
            rows[table.removeprefix("public.")] += int(count)
    return dict(rows)


def differences(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    """A line for each table that has not the expected number of rows."""
    return [
        f"{table}: {found.get(table)} instead of {count}"
        for table, count in expected.items()
        if found.get(table) != count
    ]
