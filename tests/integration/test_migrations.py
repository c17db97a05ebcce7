"""Data that releases change: the same promises for SQLite and PostgreSQL."""

import pytest

from tests.integration.site import Site, both_engines

pytestmark = pytest.mark.timeout(1800)

ADD_NOTE = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lists", "0002_item_picture_and_once_per_list")]
    operations = [migrations.AddField("list", "note", models.TextField(default="", db_default=""))]
"""
FAIL = """from django.db import migrations


def fail(apps, schema_editor):
    raise RuntimeError("no such luck")


class Migration(migrations.Migration):
    dependencies = [("lists", "0003_note")]
    operations = [
        migrations.RunSQL("ALTER TABLE lists_list ADD COLUMN lost text"),
        migrations.RunPython(fail),
    ]
"""
RENAME = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lists", "0003_note")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE lists_list RENAME COLUMN note TO remark",
            state_operations=[
                migrations.AlterField(
                    "list", "note", models.TextField(default="", db_default="", db_column="remark")
                )
            ],
        ),
        migrations.AddField("list", "mood", models.TextField(default="")),
    ]
"""


def add_note(site: Site) -> None:
    note = '    note = models.TextField(default="", db_default="")\n'
    site.migration("0003_note", ADD_NOTE, note)


@pytest.fixture
def noted(any_site: Site) -> Site:
    """The site after the migration 0003_note, which an earlier test may have deployed."""
    if any_site.sql("select note from lists_list").code != 0:
        add_note(any_site)
        assert any_site.deploy().code == 0
    return any_site


@both_engines
def test_database_is_backed_up_before_it_is_migrated_and_comes_back_with_the_release(
    any_site: Site,
) -> None:
    any_site.add_list("before")
    add_note(any_site)
    backups = any_site.staging.deploy_py("restore").text.splitlines()
    assert any_site.deploy().code == 0
    # The oldest may have been removed for it.
    assert any_site.staging.deploy_py("restore").text.splitlines()[-1] not in backups
    any_site.add_list("after")

    refused = any_site.staging.deploy_py("rollback", "--with-data")
    assert refused.code == 3
    assert "--yes" in refused.text
    assert any_site.staging.deploy_py("rollback", "--with-data", "--yes").code == 0

    assert any_site.has_list("before")
    assert not any_site.has_list("after")
    assert any_site.get().code == 0
    assert any_site.deploy().code == 0


@both_engines
def test_backup_and_restore_by_hand(any_site: Site) -> None:
    any_site.add_list("kept")
    assert any_site.staging.deploy_py("backup").code == 0
    name = any_site.staging.deploy_py("restore").text.splitlines()[-1].split()[0]
    any_site.add_list("not kept")
    assert any_site.staging.deploy_py("restore", name, "--yes").code == 0
    assert any_site.has_list("kept")
    assert not any_site.has_list("not kept")
    assert any_site.get().code == 0


@both_engines
def test_failed_migration_changes_nothing_and_the_hint_names_both_ways_to_continue(
    noted: Site,
) -> None:
    title = noted.title()
    noted.migration("0004_fail", FAIL)
    answer = noted.deploy()
    assert answer.code == 1
    assert "no such luck" in answer.text
    assert "The release before is still live" in answer.text
    assert " restore` lists the" in answer.text
    assert noted.title() == title
    assert noted.sql("select lost from lists_list").code != 0, "half of a migration is there"
    (noted.staging.repository / "lists" / "migrations" / "0004_fail.py").unlink()


@both_engines
def test_a_migration_that_breaks_the_old_code_is_reported_as_such(noted: Site) -> None:
    model = (
        '    note = models.TextField(default="", db_default="", db_column="remark")\n'
        '    mood = models.TextField(default="")\n'
    )
    noted.migration("0004_rename", RENAME, model)
    answer = noted.deploy()
    assert answer.code == 0
    assert "the migration breaks /" in answer.text
    assert "the column lists_list.note is gone" in answer.text
    assert "the column lists_list.mood is NOT NULL without a default" in answer.text
    assert noted.get().code == 0
