"""What the hint after failed release commands says of the database."""

import pytest

from tests.unit.fakes import manifest
from tests.unit.plans import SHIPMENT, desired_state, live_host
from understudy.commands import app as app_commands
from understudy.deploy.plan import make_plan
from understudy.host.actions import Run

MIGRATED = f"==> migrate\n{app_commands.BACKED_UP}\n==> python manage.py migrate\nerror\n"


def hint_after(output: str, database: str) -> str:
    desired = desired_state(app={"database": database})
    planned = make_plan(
        desired, SHIPMENT, live_host(manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00"))
    )
    [step] = [one for one in planned if isinstance(one, Run) and one.hint_after]
    return step.hint_for(output)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_where_django_undoes_a_migration_to_fix_the_cause_is_enough(database: str) -> None:
    hint = hint_after(MIGRATED, database)

    assert "Django undoes a migration that fails" in hint
    assert "Either fix the cause and deploy again, or restore" in hint


def test_half_done_migration_of_mariadb_stays_so_the_data_is_restored_first() -> None:
    hint = hint_after(MIGRATED, "mariadb")

    assert "MariaDB can't undo changes of tables: a migration that fails stays half done" in hint
    assert "Restore the data as it was before, and deploy again" in hint
    assert "undoes" not in hint


@pytest.mark.parametrize("database", ["sqlite", "postgresql", "mariadb"])
def test_failed_backup_is_not_named_as_one_to_restore(database: str) -> None:
    hint = hint_after(
        f"==> migrate\n{app_commands.BACKED_UP}\n{app_commands.NOT_BACKED_UP}\n", database
    )

    assert hint == "The database has not changed. Fix the cause and deploy again."
