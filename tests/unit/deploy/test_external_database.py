"""What a deploy, a rollback and a restore do about a database that is managed elsewhere."""

import pytest

from tests.unit.fakes import facts, manifest
from tests.unit.plans import SHIPMENT, desired_state, live_host
from tests.unit.staging import Staging
from understudy.commands import app as app_commands
from understudy.deploy import external_database, restore
from understudy.deploy.plan import make_plan
from understudy.errors import Refused
from understudy.host.actions import Run

EXTERNAL = {"database": "external", "database_url": "SHOP_URL"}
OLD = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")


def test_first_step_of_a_deploy_reaches_the_database_as_the_apps_user() -> None:
    first = make_plan(desired_state(app=EXTERNAL), SHIPMENT, facts())[0]

    assert isinstance(first, Run)
    assert first.title == "check that the host reaches the database of SHOP_URL"
    assert first.user == "shop"
    assert "/srv/shop/shared/env" in first.argv
    assert "secrets set SHOP_URL" in first.hint_for("the secret SHOP_URL is not set on this host")


def test_other_databases_need_no_such_step() -> None:
    assert external_database.reach(desired_state()) == []
    assert external_database.warnings(desired_state().app) == []


def test_missing_promises_are_named() -> None:
    [warning] = external_database.warnings(desired_state(app=EXTERNAL).app)

    for promise in ("restore", "rollback --with-data", "data pull", "Before a migration"):
        assert promise in warning


def test_hint_after_a_failed_migration_says_whether_there_is_a_backup() -> None:
    planned = make_plan(desired_state(app=EXTERNAL), SHIPMENT, live_host(OLD))
    step = [one for one in planned if isinstance(one, Run) and one.hint_after][-1]

    without = step.hint_for(f"{app_commands.MIGRATES}\n==> note …\nerror")
    assert without.endswith("No backup was made.")
    backed_up = step.hint_for(f"{app_commands.MIGRATES}\n{app_commands.BACKED_UP}\nerror")
    assert "the newest was taken just now" in backed_up


def test_backup_is_not_restored(staging: Staging) -> None:
    staging.host()

    with pytest.raises(Refused, match="does not restore a database that is managed elsewhere"):
        restore.check(staging.job(app=EXTERNAL), "20240201T000000Z-c0ffee00-old")
