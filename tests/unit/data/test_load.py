"""data load as a verb; what it runs on hosts: tests/programs/test_reading.py."""

import json
from dataclasses import replace

import pytest

from tests.unit.data.pulling import KEEP, OUTGOING, ROWS, TRY, Host
from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import LIST, SWITCH, listed
from understudy.data import bundle
from understudy.data import load as data_load
from understudy.data import pull as data_pull
from understudy.errors import ConfigError, Refused, StepFailed
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
    assert there.notes[put_back].endswith(name)
    assert (
        '"collects": false, "before": null, "copies": null, "hold": null, "commands": []'
        in there.notes[migrated]
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
