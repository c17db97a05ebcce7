"""What the migrations of a deploy did to pulled data is reported."""

import json

import pytest

from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import LIST, Staging, listed
from understudy.rehearsal import migrations as rehearsal_migrations
from understudy.ssh.connection import Result

BACKUP = "20240301T000000Z-c0ffee00-now"
SCHEMA, LOOK, APPLIED = "pragma_table_list", 'sql "$source/$3"\'', "FROM django_migrations"
TABLES = json.dumps({"name": "/srv/shop.sqlite3", "size": 1, "tables": []})


def host_with(staging: Staging, migrations: list[Result]) -> FakeConnection:
    return staging.answering(
        {
            SCHEMA: printed(TABLES),
            APPLIED: migrations,
            "lintmigrations": failed("Unknown command: 'lintmigrations'"),
            'try_copy "$directory/$3"': printed(""),
            LIST: [listed([]), listed([BACKUP])],
            LOOK: [
                printed('["item",null,3]\n["item","text","A"]\n'),
                printed('["item",null,2]\n["item","text","B"]\n'),
            ],
        }
    )


@pytest.fixture(autouse=True)
def _doubles(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal_migrations, "SshConnection", staging.connect)


def test_effects_of_migrations_are_shown_and_attached_to_the_report(staging: Staging) -> None:
    host = host_with(staging, [printed("lists 0001\n"), printed("lists 0001\nlists 0002\n")])
    with rehearsal_migrations.examined(staging.job()):
        staging.report.say("deployed")

    assert staging.report.said == [
        "deployed",
        "  item: 3 rows before, 2 after; changed: text",
        "  0 tables are unchanged",
        "  restoring the backup from before the deploy takes 0 s here: 0 MiB, 12 rows",
        "  django-migration-linter is not among the app's INSTALLED_APPS: skipped",
    ]
    assert staging.report.attached["migration rehearsal"]["migrations"] == ("lists 0002",)
    [lint] = [note for note in host.notes if "lintmigrations" in note]
    assert lint.endswith("--include-name 0002")


def test_deploy_without_migrations_says_so(staging: Staging) -> None:
    host = host_with(staging, [printed("lists 0001\n")])
    with rehearsal_migrations.examined(staging.job()):
        pass

    assert staging.report.said == ["the deploy ran no migrations"]
    assert len(host.sent) == 1, "the tables are read once"
