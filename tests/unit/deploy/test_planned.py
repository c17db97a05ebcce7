"""A plan as text for people and as fields for programs."""

from understudy.deploy.planned import Plan, PlannedMigrations, PlannedStep
from understudy.deploy.preview import FileChange

CHANGED = FileChange("/etc/nginx/sites-available/shop", False, 1, "--- host\n+++ desired\n-a\n+b\n")
PLAN = Plan(
    "staging",
    "192.0.2.7",
    "c0ffee00-new",
    "c0ffee",
    (CHANGED, FileChange("/srv/shop/current/commands.py", True, 2, "")),
    PlannedMigrations(("shop.0002_price",), backup=True),
    (PlannedStep("unpack"), PlannedStep("switch to c0ffee00-new", ("mv -T a b",))),
)


def test_text_has_diffs_migrations_and_steps() -> None:
    assert PLAN.text().splitlines() == [
        *("--- host", "+++ desired", "-a", "+b"),
        "new: /srv/shop/current/commands.py, 2 lines",
        *("migrations of the app that would run:", "  shop.0002_price"),
        "the database is backed up before them",
        "a deploy to staging would take 2 steps:",
        *("  unpack", "  switch to c0ffee00-new", "    mv -T a b"),
    ]


def test_fields_hold_all_of_it() -> None:
    fields = PLAN.fields()

    assert fields["files"][1] == {
        "path": "/srv/shop/current/commands.py",
        "new": True,
        "lines": 2,
        "diff": "",
        "own_code": False,
    }
    assert fields["migrations"] == {
        "pending": ["shop.0002_price"],
        "new_database": False,
        "notes": [],
        "backup": True,
        "host": "",
    }
    assert fields["steps"][1] == {"title": "switch to c0ffee00-new", "commands": ["mv -T a b"]}


def test_host_that_is_as_desired_has_no_steps() -> None:
    plan = Plan("staging", "192.0.2.7", "c0ffee00-new", "c0ffee")

    assert plan.text() == "c0ffee00-new is already live on staging: nothing to do"
    assert plan.fields()["steps"] == []


def test_migrations_of_an_external_database_are_not_known() -> None:
    migrations = PlannedMigrations(None, notes=("no backup: pg_dump is older",))

    [line, note] = migrations.lines()

    assert "not known before the deploy" in line
    assert note == "no backup: pg_dump is older"


def test_backup_before_migrations_that_are_not_known_yet() -> None:
    assert list(PlannedMigrations(None, backup=None).lines()) == [
        "which migrations would run is not known before the deploy",
        "if any would, the database is backed up before them",
    ]


def test_migrations_of_several_hosts_run_on_one() -> None:
    [line] = PlannedMigrations(host="192.0.2.1").lines()

    assert line == "migrations would run on 192.0.2.1, once for all hosts"
