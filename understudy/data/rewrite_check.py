"""After data was loaded: which columns still have names of the site that it's from, without a rule for that."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from understudy.commands import as_user
from understudy.config.data import Data
from understudy.data import inventory, personal
from understudy.data.queries import addresses, names
from understudy.data.rewrite import Rewrite
from understudy.data.schema import Column, Table
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.local.numbers import number_of
from understudy.ssh.connection import SshConnection


@dataclass(frozen=True)
class Leftover:
    """A column whose rows have names of the source's site. has_rule: whether they should have been replaced."""

    table: str
    column: str
    rows: int
    has_rule: bool = False

    def __str__(self) -> str:
        return f"{self.table}.{self.column}: {number_of(self.rows, 'row')}"


def leftovers(connection: SshConnection, job: Job, rewrite: Rewrite) -> tuple[Leftover, ...]:
    """The columns of the target's databases that have such names. Raises StepFailed if they can't be read."""
    if not rewrite.pairs:
        return ()
    app, data, rows = job.config.app, job.config.data, Counter[tuple[str, str]]()
    for database in inventory.databases(connection, job):
        columns = columns_to_search(database.tables, data)
        argv = addresses.search(app.database, app.name, inventory.backups(job), database.name)
        queries = names.queries(app.database, rewrite, columns)
        done = connection.send(as_user(app.name, argv), queries)
        if not done.ok:
            raise inventory.unread(job, done.text)
        rows.update(names.parse(done.output))
    return tuple(
        Leftover(table, column, count, data.names(table, column) == "replace")
        for (table, column), count in sorted(rows.items())
    )


def failure(found: Sequence[Leftover], source: str, target: str) -> StepFailed:
    """The error of a rehearsal whose data has such names."""
    return StepFailed(
        _summary(found, source, target), details=_list(found), hint=_hint(found, source)
    )


def warning(found: Sequence[Leftover], source: str, target: str) -> str:
    """The same as a text."""
    return "\n".join((_summary(found, source, target), _list(found), _hint(found, source)))


def _summary(found: Sequence[Leftover], source: str, target: str) -> str:
    columns = number_of(len(found), "column")
    return f"{columns} of {target} with names of {source}: a link there leads to {source}"


def _list(found: Sequence[Leftover]) -> str:
    return "\n".join(map(str, found))


def _hint(found: Sequence[Leftover], source: str) -> str:
    lines = []
    if ruleless := [one for one in found if not one.has_rule]:
        lines += [
            "Give each column a rule in deploy.yml: `replace` puts the target's name in place of that of "
            f"{source}, `keep` leaves it. For example:",
            personal.lines_by_table(
                "rewrite", ((one.table, one.column, "replace") for one in ruleless)
            ),
        ]
    if len(ruleless) < len(found):
        lines.append(
            f"Where a rule replaces them already: `data pull --from {source}` again, if the data was pulled "
            "by an older Understudy or before the site had this name; or look at what the migrations write."
        )
    return "\n".join(lines)


def columns_to_search(tables: Iterable[Table], data: Data) -> list[tuple[Table, Column]]:
    """Those that may hold a text, but for those where names may stay."""
    return [
        (table, column)
        for table in tables
        if not table.virtual
        for column in table.columns
        if personal.may_hold_text(column) and data.names(table.name, column.name) != "keep"
    ]
