"""data pull as a verb; what it runs on hosts: tests/programs/test_reading.py."""

import copy
import json
import shutil
from types import SimpleNamespace

import pytest

from tests.unit.data.pulling import (
    COLUMN,
    MEDIA_LIST,
    PEEK,
    SCHEMA,
    TABLES,
    Host,
    kept,
)
from tests.unit.fakes import FakeConnection, failed, printed
from understudy.data import bundle, encryption
from understudy.data import pull as data_pull
from understudy.data.inventory import Media, chosen
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.job import Job


def test_pulled_data_is_kept_encrypted_with_a_description(host: Host) -> None:
    data_pull.pull(host.job())

    found = bundle.find(host.job(), "staging")
    assert (found.rows, found.parts, found.media) == ({"auth_user": 2}, ("shop.sqlite3",), 0)
    assert kept(host) == ["shop-staging/pulled.json", "shop-staging/shop.sqlite3.sealed"]
    file = bundle.sealed_file(bundle.place(host.job(), "staging"), "shop.sqlite3")
    key = encryption.key(encryption.key_file())
    assert b"".join(encryption.read(file, key)) == host.sends
    assert "pulled 2 rows" in host.staging.report.said[-1]


def test_pull_reports_how_much_has_come(host: Host) -> None:
    data_pull.pull(host.job())

    assert host.staging.report.shares[-1].done == len(host.sends)


def test_pull_changes_nothing_on_the_host(host: Host) -> None:
    data_pull.pull(host.job())

    there = host.staging.hosts["deploy"]
    assert isinstance(there, FakeConnection)
    assert not [note for note in there.notes if note.startswith(("lock", "put"))]
    assert there.sent == [], "no entry in its log"


def test_each_pull_has_a_salt_of_its_own_which_is_in_no_command(host: Host) -> None:
    for _ in range(2):
        data_pull.pull(host.job(rules="hash"))

    first, second = host.got
    assert b"sha3" in first
    assert first != second


def test_column_without_a_rule_stops_the_pull_before_anything_is_read(host: Host) -> None:
    with pytest.raises(Refused, match="1 column looks like personal data") as raised:
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

    tenth = chosen(media, 0.1)
    assert 130 < len(tenth.files) < 270
    assert tenth == chosen(media, 0.1)
    assert tenth.files.keys() <= chosen(media, 0.2).files.keys()
    assert chosen(media, 0) == Media({})
    assert chosen(media, 1) == media


def test_media_are_pulled_if_deploy_yml_says_so(host: Host) -> None:
    host.answers({SCHEMA: printed(json.dumps(TABLES)), MEDIA_LIST: printed("3 a b.png\0")})
    data_pull.pull(host.job(media=1))

    assert host.got[1] == b"a b.png\0"
    assert bundle.find(host.job(), "staging").media == 1


def test_uploaded_file_whose_name_cannot_be_read_is_reported_and_not_left_out(host: Host) -> None:
    listed = printed("3 a.png\0005 M\ufffdller.png\0")
    host.answers({SCHEMA: printed(json.dumps(TABLES)), MEDIA_LIST: listed})

    with pytest.raises(StepFailed, match="a name that is not UTF-8") as raised:
        data_pull.pull(host.job(media=1))

    assert raised.value.details == "M\ufffdller.png"
    assert host.got == []
