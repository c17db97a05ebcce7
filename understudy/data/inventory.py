"""What a target has that can be pulled: databases with their tables, and uploaded files; no rows."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, as_user
from understudy.data import personal, schema
from understudy.data.personal import Finding
from understudy.data.queries import addresses, tables
from understudy.data.queries import media as media_queries
from understudy.data.schema import Database
from understudy.errors import StepFailed
from understudy.host import data_errors, steps
from understudy.job import Job
from understudy.local.numbers import number_of
from understudy.release.layout import Paths
from understudy.ssh.connection import SshConnection


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


def chosen(media: Media, share: float) -> Media:
    """A share of the files, from 0 to 1. The file's name decides, so it is always the same ones."""

    def number(name: str) -> float:
        digest = hashlib.sha256(name.encode(errors="surrogateescape")).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    return Media({name: size for name, size in media.files.items() if number(name) < share})


def databases(connection: SshConnection, job: Job) -> tuple[Database, ...]:
    """The databases with their tables, without rows. Raises StepFailed if they can't be read."""
    app = job.config.app
    output = _ask(connection, job, tables.describe(app.database, app.name, backups(job)))
    return schema.parse(output)


def with_addresses(
    connection: SshConnection, job: Job, databases: tuple[Database, ...]
) -> list[Finding]:
    """The columns without a rule that hold e-mail addresses. Raises StepFailed if they can't be read."""
    app, found = job.config.app, list[Finding]()
    for database in databases:
        columns = personal.columns_without_rule(database.tables, job.config.data)
        if not columns:
            continue
        argv = addresses.search(app.database, app.name, backups(job), database.name)
        done = connection.send(as_user(app.name, argv), addresses.queries(app.database, columns))
        if not done.ok:
            raise unread(job, done.text)
        found += personal.with_addresses(columns, addresses.parse(done.output))
    return found


def media(connection: SshConnection, job: Job) -> Media:
    """The uploaded files; none if none are pulled. Raises StepFailed for names that are not UTF-8."""
    if not job.config.data.media:
        return Media({})
    listed = _ask(connection, job, media_queries.list_all(Paths(job.config.root).media))
    with answers.understood("uploaded files"):
        pairs = (line.partition(" ") for line in listed.split("\0") if line)
        found = Media({name: int(size) for size, _, name in pairs})
    # The connection decodes unreadable bytes as this character.
    if unreadable := [name for name in found.files if "\ufffd" in name]:
        raise StepFailed(
            number_of(
                len(unreadable),
                "uploaded file has a name that is not UTF-8",
                "uploaded files have names that are not UTF-8",
            ),
            details="\n".join(unreadable[: steps.LINES_OF_OUTPUT]),
            hint="Rename them on the host, in the database too; or pull no uploaded files with `media: 0`.",
        )
    return found


def unread(job: Job, output: str) -> StepFailed:
    """The error if the data can't be read. output: of the failed command."""
    return data_errors.failed(
        job.target_name, f"the data of {job.target_name} can't be read", output
    )


def backups(job: Job) -> PurePosixPath:
    """The directory of the target's backups, beside which its data is."""
    return Paths(job.config.root).backups


def _ask(connection: SshConnection, job: Job, argv: Argv) -> str:
    done = connection.run(argv, user=job.config.app.name)
    if not done.ok:
        raise unread(job, done.text)
    return done.output
