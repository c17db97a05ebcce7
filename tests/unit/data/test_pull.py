"""data pull and data load as verbs; what they run on hosts: tests/programs/test_reading.py."""

import copy
import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, failed, manifest, printed
from tests.unit.staging import LIST, QUERY, SWITCH, Staging, lines_of, listed
from understudy.commands import Argv
from understudy.data import bundle, encryption
from understudy.data import load as data_load
from understudy.data import pull as data_pull
from understudy.data.pull import Media
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.job import Job
from understudy.ssh.connection import Result
from understudy.ssh.stream import Content

NOW = manifest("c0ffee00-now", "2024-03-01T00:00:00+00:00")
SCHEMA, MEDIA_LIST, OUTGOING, TRY = "pragma_table_list", "-printf", "outgoing-off", "192.0.2.1"
PEEK = 'sql -readonly "$source/$3"'
ROWS, KEEP = 'cat "$name.new/rows"', 'sync -f "$name.new"'
QUIET = (*SWITCH, OUTGOING, TRY, "directory=$1 source=$2", "commands.py")
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
        config = type(job.config).model_validate({**job.config.model_dump(), "data": data})
        return Job(job.project, config, job.target_name, job.report)

    def answers(self, more: dict[str, Result | list[Result]]) -> FakeConnection:
        facts = lines_of(NOW, current=NOW.id)
        there = self.staging.answering({QUERY: self.staging.facts(*facts), **more})
        there.receive = self.receive
        return there


@pytest.fixture
def host(staging: Staging, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Host:
    # The host was provisioned by this project's scripts.
    (tmp_path / "provision").symlink_to(staging.directory / "provision")
    made = Host(staging, monkeypatch, tmp_path)
    made.answers({SCHEMA: printed(json.dumps(TABLES) + "\n")})
    return made


def kept(host: Host) -> list[str]:
    place = host.staging.directory / ".understudy" / "data"
    return sorted(str(file.relative_to(place)) for file in place.glob("*/*"))


def test_pulled_data_is_kept_encrypted_with_a_description(host: Host) -> None:
    data_pull.pull(host.job())

    found = bundle.find(host.job(), "staging")
    assert (found.rows, found.parts, found.media) == ({"auth_user": 2}, ("shop.sqlite3",), 0)
    assert kept(host) == ["shop-staging/pulled.json", "shop-staging/shop.sqlite3.sealed"]
    file = bundle.sealed_file(bundle.place(host.job(), "staging"), "shop.sqlite3")
    key = encryption.key(encryption.key_file())
    assert b"".join(encryption.read(file, key)) == host.sends
    assert "pulled 2 rows" in host.staging.report.said[-1]


def test_pull_changes_nothing_on_the_host(host: Host) -> None:
    data_pull.pull(host.job())

    there = host.staging.hosts["deploy"]
    assert isinstance(there, FakeConnection)
    assert not [note for note in there.notes if note.startswith(("lock", "put"))]
    assert there.sent == [], "no entry in its log"


def test_salt_is_another_one_each_time_and_in_no_command(host: Host) -> None:
    for _ in range(2):
        data_pull.pull(host.job(rules="hash"))

    first, second = host.got
    assert b"sha3" in first
    assert first != second


def test_column_without_a_rule_stops_the_pull_before_anything_is_read(host: Host) -> None:
    with pytest.raises(Refused, match="1 columns look like personal data") as raised:
        data_pull.pull(host.job(rules=None))

    assert "auth_user.email: looks like an e-mail address" in raised.value.details
    assert "      email: email" in raised.value.hint
    assert host.got == []


def test_column_with_addresses_stops_the_pull_whatever_its_name(host: Host) -> None:
    tables = copy.deepcopy(TABLES)
    tables["tables"][0]["columns"].append({**COLUMN, "name": "extras"})
    found = printed('["auth_user", "extras"]\n')
    there = host.answers({SCHEMA: printed(json.dumps(tables)), PEEK: found})

    with pytest.raises(Refused) as raised:
        data_pull.pull(host.job())

    assert "auth_user.extras: looks like a column with e-mail" in raised.value.details
    assert '"email"' not in there.sent[0], "it has a rule"
    assert host.got == []


def test_rule_that_does_not_fit_is_a_mistake_in_the_configuration(host: Host) -> None:
    job = host.job()
    data = type(job.config.data).model_validate({"tables": {"users": "drop"}})
    config = job.config.model_copy(update={"data": data})

    with pytest.raises(ConfigError) as raised:
        data_pull.pull(Job(job.project, config, job.target_name, job.report))

    assert "data.tables.users: there is no such table" in raised.value.details
    assert "docs/data.md" in raised.value.hint


def test_data_larger_than_the_disk_is_reported_before_anything_is_read(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(free=200 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)

    with pytest.raises(StepFailed, match="has 200 MiB free"):
        data_pull.pull(host.job())

    assert host.got == []


def test_tables_that_cannot_be_listed_are_reported_with_what_to_do(host: Host) -> None:
    host.answers({SCHEMA: failed(errors="sudo: a password is required")})

    with pytest.raises(StepFailed, match="the data of staging can't be read") as raised:
        data_pull.pull(host.job())

    assert raised.value.hint == "python deploy.py provision --target staging"


@pytest.mark.parametrize("cut", [1, 25])
def test_pull_that_breaks_off_keeps_the_one_before(cut: int, host: Host) -> None:
    data_pull.pull(host.job())
    before = kept(host)
    host.sends, host.errors = host.sends[:-cut], "Error: disk I/O error"

    with pytest.raises(StepFailed, match="can't be read") as raised:
        data_pull.pull(host.job())

    assert raised.value.details == "Error: disk I/O error\nthe data broke off in table auth_user"
    assert kept(host) == before


def test_media_are_chosen_by_their_names() -> None:
    media = Media({f"picture{number}.png": 10 for number in range(2000)})

    tenth = data_pull.chosen(media, 0.1)
    assert 130 < len(tenth.files) < 270
    assert tenth == data_pull.chosen(media, 0.1)
    assert tenth.files.keys() <= data_pull.chosen(media, 0.2).files.keys()
    assert data_pull.chosen(media, 0) == Media({})
    assert data_pull.chosen(media, 1) == media


def test_media_are_pulled_if_deploy_yml_says_so(host: Host) -> None:
    host.answers({SCHEMA: printed(json.dumps(TABLES)), MEDIA_LIST: printed("3 a b.png\0")})
    data_pull.pull(host.job(media=1))

    assert host.got[1] == b"a b.png\0"
    assert bundle.find(host.job(), "staging").media == 1


def test_uploaded_file_whose_name_cannot_be_read_is_reported_and_not_left_out(host: Host) -> None:
    listed = printed("3 a.png\0005 M\ufffdller.png\0")
    host.answers({SCHEMA: printed(json.dumps(TABLES)), MEDIA_LIST: listed})

    with pytest.raises(StepFailed, match="names that are not UTF-8") as raised:
        data_pull.pull(host.job(media=1))

    assert raised.value.details == "M\ufffdller.png"
    assert host.got == []


def loading(host: Host, **answers: Result) -> FakeConnection:
    return host.answers({ROWS: printed(host.rows), LIST: listed([]), **answers})


def test_load_blocks_connections_before_it_restores_the_data(host: Host) -> None:
    data_pull.pull(host.job())
    there = loading(host)

    data_load.load(host.job(disposable=True), "staging")

    name = bundle.find(host.job(), "staging").backup
    off, tried, put_back, migrated = (
        next(number for number, note in enumerate(there.notes) if part in note)
        for part in (OUTGOING, TRY, 'put_back "$directory/$name"', "commands.py")
    )
    assert off < tried < put_back < migrated
    assert there.notes[put_back].endswith(name)
    assert (
        '"collects": false, "before": null, "hold": null, "commands": []' in there.notes[migrated]
    )
    assert there.streams == [host.sends]
    assert json.loads(there.sent[0])["verb"] == "data load"


@pytest.mark.parametrize("part", [OUTGOING, TRY])
def test_nothing_is_loaded_where_a_connection_gets_out(part: str, host: Host) -> None:
    data_pull.pull(host.job())
    there = loading(host, **{part: failed(errors="was not refused")})

    with pytest.raises(StepFailed, match="nothing was loaded"):
        data_load.load(host.job(disposable=True), "staging")

    assert there.streams == []
    assert not [note for note in there.notes if "put_back" in note]


def test_lost_rows_are_reported_before_anything_is_replaced(host: Host) -> None:
    data_pull.pull(host.job())
    host.rows = "1\tauth_user\tshop.sqlite3\n"
    there = loading(host)

    with pytest.raises(StepFailed, match="not all rows arrived") as raised:
        data_load.load(host.job(disposable=True), "staging")

    assert raised.value.details == "auth_user: 1 instead of 2"
    assert not [note for note in there.notes if 'put_back "$directory' in note]
    assert not [note for note in there.notes if KEEP in note], "the next load would restore it"


def test_only_a_disposable_target_takes_the_data(host: Host) -> None:
    data_pull.pull(host.job())

    with pytest.raises(Refused, match="not disposable"):
        data_load.load(host.job(), "staging")


def test_data_of_another_engine_is_refused(host: Host) -> None:
    data_pull.pull(host.job())
    job = host.job(disposable=True)
    app = job.config.app.model_copy(update={"database": "postgresql"})
    config = job.config.model_copy(update={"app": app})

    with pytest.raises(ConfigError, match="was pulled from sqlite") as raised:
        data_load.load(replace(job, config=config), "staging")

    assert raised.value.hint.startswith("python deploy.py data pull --from staging")


def test_without_a_pull_there_is_nothing_to_load(host: Host) -> None:
    with pytest.raises(Refused, match="no data was pulled from staging") as raised:
        data_load.load(host.job(disposable=True), "staging")

    assert raised.value.hint == "python deploy.py data pull --from staging"


def test_rows_of_both_engines_have_the_same_names() -> None:
    sqlite = "2\tauth_user\ta.db\n1\tauth_user\tb.db\n"

    assert data_load.counted(sqlite) == {"auth_user": 3}
    assert data_load.counted("3\tpublic.auth_user\n1\tother.t\n") == {"auth_user": 3, "other.t": 1}
