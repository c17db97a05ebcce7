"""A host whose data is pulled and loaded."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, manifest
from tests.unit.staging import QUERY, Staging, lines_of
from understudy.commands import Argv
from understudy.config.data import Data
from understudy.config.names import SiteName
from understudy.data import pull as data_pull
from understudy.job import Job
from understudy.ssh.connection import Result
from understudy.ssh.stream import Content

PRODUCTION = "shop.example.com"
NOW = manifest("c0ffee00-now", "2024-03-01T00:00:00+00:00")
SCHEMA, MEDIA_LIST, OUTGOING, TRY = "pragma_table_list", "-printf", "outgoing-off", "192.0.2.1"
PEEK = 'sql -readonly "$source/$3"'
ROWS, KEEP = 'cat "$name.new/rows"', 'sync -f "$name.new"'
DUMP = "-- table auth_user\n;\nINSERT …\n;\n-- rows 2 auth_user\n-- end\n"
COLUMN = {"name": "email", "type": "varchar(254)", "required": 1, "key": 0}
TABLES: dict[str, Any] = {
    "name": "/srv/shop/shared/database/shop.sqlite3",
    "size": 4096,
    "tables": [
        {
            "name": "auth_user",
            "unique": [],
            "columns": [
                {"name": "id", "type": "INTEGER", "required": 1, "key": 1},
                COLUMN,
            ],
        }
    ],
}


class Host:
    """A host that sends and takes streams. sends: its output for a command that reads."""

    def __init__(self, staging: Staging, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self.sends, self.errors, self.got = gzip.compress(DUMP.encode()), "", list[bytes]()
        self.staging = staging
        self.rows = "2\tauth_user\tshop.sqlite3\n"
        staging.directory = directory
        monkeypatch.setattr(data_pull, "SshConnection", staging.connect)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(directory / "config"))

    def receive(self, argv: Argv, given: Content, take: Callable[[bytes], None]) -> Result:
        assert argv[:4] == ("sudo", "-n", "-u", "shop")
        assert not isinstance(given, str | Path)
        self.got.append(b"".join(given))
        take(self.sends)
        return Result(True, "", self.errors)

    def job(self, rules: Any = "email", media: float = 0, **target: Any) -> Job:
        job = self.staging.job(**target)
        data = {"media": media, "tables": {"auth_user": {"email": rules} if rules else {}}}
        config = job.config.model_copy(update={"data": Data.model_validate(data)})
        return Job(job.project, config, job.target_name, job.report)

    def jobs(self, rewrite: Any) -> tuple[Job, Job]:
        """For production, with a name of its own, and for a target that its data is loaded onto."""
        job = self.job(disposable=True)
        production = job.target.model_copy(
            update={
                "domain": PRODUCTION,
                "site_names": (SiteName(name=PRODUCTION),),
                "disposable": False,
            }
        )
        data = job.config.data.model_copy(update={"rewrite": rewrite})
        targets = {**job.config.targets, "production": production}
        config = job.config.model_copy(update={"data": data, "targets": targets})
        return (
            Job(job.project, config, "production", job.report),
            Job(job.project, config, "staging", job.report),
        )

    def answers(self, more: dict[str, Result | list[Result]]) -> FakeConnection:
        facts = lines_of(NOW, current=NOW.id)
        there = self.staging.answering({QUERY: self.staging.facts(*facts), **more})
        there.receive = self.receive
        return there


def kept(host: Host) -> list[str]:
    place = host.staging.directory / ".understudy" / "data"
    return sorted(str(file.relative_to(place)) for file in place.glob("*/*"))
