"""data load as a verb; what it runs on hosts: tests/programs/test_reading.py."""

import gzip
import json
from dataclasses import replace

import pytest

from tests.unit.data.pulling import (
    DUMP,
    KEEP,
    OUTGOING,
    PEEK,
    PRODUCTION,
    ROWS,
    SCHEMA,
    TABLES,
    TRY,
    Host,
)
from tests.unit.deploy.test_restore import two_hosts
from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.host.test_backups import NOW, RESTORE
from tests.unit.staging import LIST, SWITCH, Staging, listed
from understudy.config.topology import TargetHost
from understudy.data import bundle, encryption
from understudy.data import load as data_load
from understudy.data import pull as data_pull
from understudy.data.bundle import DataBundle
from understudy.data.rewrite_check import Leftover
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.job import Job
from understudy.ssh.connection import Result

# What a load runs beside the commands that a test answers.
QUIET = (*SWITCH, OUTGOING, TRY, "directory=$1 source=$2", "commands.py")


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
    assert f" {name}-" in there.notes[put_back]
    assert (
        '"collects": false, "before": null, "copies": null, "hold": null, "commands": []'
        in there.notes[migrated]
    )
    assert [gzip.decompress(stream) for stream in there.streams] == [DUMP.encode()]
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


def backup_made(there: FakeConnection) -> str:
    return next(note for note in there.notes if 'put_back "$directory/$name"' in note).split()[-1]


def test_names_are_replaced_on_the_way_and_searched_for_afterwards(host: Host) -> None:
    production, staging = host.jobs({"auth_user": {"email": "replace"}})
    data_pull.pull(production)
    word = bundle.find(production, "production").mark
    name = b"auth_user\0email".hex()
    marked = DUMP.replace("INSERT", f"{word}:{name}:https://{PRODUCTION}/a{word};")
    host.sends = gzip.compress(marked.encode())
    file = bundle.sealed_file(bundle.place(production, "production"), "shop.sqlite3")
    encryption.write(file, encryption.key(encryption.key_file()), lambda write: write(host.sends))
    there = loading(
        host,
        **{SCHEMA: printed(json.dumps(TABLES)), PEEK: printed('["auth_user", "email", 3]')},
    )

    found = data_load.load(staging, "production")

    [sent] = map(gzip.decompress, there.streams)
    assert sent.decode() == DUMP.replace("INSERT", f"http://{staging.target.domain}/a")
    assert found == (Leftover("auth_user", "email", 3, has_rule=True),)
    assert any(r"shop\.example\.com" in queries for queries in there.sent)


def test_other_rules_make_another_backup_of_the_same_data(host: Host) -> None:
    """The target may have one that was made by the rules of an earlier load."""
    names = set()
    production, _ = host.jobs({})
    data_pull.pull(production)
    for rules in ({}, {"auth_user": {"email": "keep"}}, {}):
        _, staging = host.jobs(rules)
        there = loading(host, **{SCHEMA: printed(json.dumps(TABLES)), PEEK: printed("")})
        assert data_load.load(staging, "production") == ()
        names.add(backup_made(there))

    assert len(names) == 2


def test_longer_name_that_does_not_fit_is_reported_as_such(host: Host) -> None:
    production, staging = host.jobs({})
    data_pull.pull(production)
    loading(host, **{ROWS: failed(errors="ERROR: value too long for type character varying(9)")})

    with pytest.raises(StepFailed) as raised:
        data_load.load(staging, "production")

    assert "longer name" in raised.value.hint


@pytest.fixture
def two(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> tuple[Job, dict[str, FakeConnection]]:
    """Two hosts with one database; the job is for both. What is sent to one is in its notes."""
    job, made = two_hosts(staging, NOW, NOW)
    found = DataBundle("staging", "postgresql", "20240301T000000Z", 1, (), {}, 0, "")
    for host in made.values():
        host.quiet = (*host.quiet, OUTGOING, TRY, "commands.py")
    monkeypatch.setattr(data_load, "find", lambda *_: found)
    monkeypatch.setattr(
        data_load._Loading, "all", lambda self: self.connection.notes.append("data arrived")
    )
    return replace(job, address=None), made


def place(there: FakeConnection, part: str) -> list[int]:
    return [number for number, note in enumerate(there.notes) if part in note]


def test_all_hosts_of_one_database_stop_and_one_loads_the_data(
    two: tuple[Job, dict[str, FakeConnection]],
) -> None:
    job, made = two
    first, second = made.values()

    data_load.load(job, "staging")

    for there in (first, second):
        stop, start = (place(there, f"shop {verb} ")[0] for verb in ("stop", "start"))
        assert place(there, OUTGOING)[0] < stop < start
        assert json.loads(there.sent[-1])["verb"] == "data load", "in the audit log of each"
    for part in ("data arrived", RESTORE, "commands.py"):
        assert [bool(place(there, part)) for there in (first, second)] == [True, False], part


def test_no_host_gets_the_data_while_a_connection_gets_out_of_one(
    two: tuple[Job, dict[str, FakeConnection]],
) -> None:
    job, made = two
    first, second = made.values()
    second.answers = {**second.answers, TRY: failed(errors="was not refused")}

    with pytest.raises(StepFailed, match=r"192\.0\.2\.2"):
        data_load.load(job, "staging")

    assert not place(first, "data arrived")
    assert not place(first, "shop stop")


def test_data_for_several_hosts_is_found_without_choosing_one(host: Host) -> None:
    job = host.job(disposable=True)
    hosts = [{"address": f"192.0.2.{n}", "roles": ["web", "database"][:n]} for n in (1, 2)]
    target = job.config.target("staging").model_copy(
        update={"address": "", "host_list": tuple(map(TargetHost.model_validate, hosts))}
    )
    several = job.config.model_copy(update={"targets": {"staging": target}})
    data_pull.pull(job)

    found = data_load.find(replace(job, config=several), "staging")

    assert found.rows == {"auth_user": 2}
