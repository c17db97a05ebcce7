"""The hint that follows from what a host's programs print about its data."""

import subprocess

import pytest

from understudy.host import data_errors

AT = 'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: '
DOWN = f"{AT}No such file or directory\n\tIs the server running locally and accepting connections?"
PROVISION = "python deploy.py provision --target staging"


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        (DOWN, f"{PROVISION} starts it"),
        (f'{AT}FATAL:  role "shop" does not exist', PROVISION),
        (f'{AT}FATAL:  database "shop" does not exist', PROVISION),
        (
            "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2)",
            f"MariaDB is down: {PROVISION} starts it",
        ),
        ("ERROR 1698 (28000): Access denied for user 'shop'@'localhost'", PROVISION),
        ("ERROR 1049 (42000): Unknown database 'shop'", PROVISION),
        ("ERROR 1205 (HY000) at line 1: Lock wait timeout exceeded", "wait until it has ended"),
        ("the database is INCOMPLETE: it holds a part of 2026", "restore one again"),
        ("sudo: a password is required", PROVISION),
        ("sh: 2: cd: can't cd to /srv/shop/shared/backups", PROVISION),
        ("sh: 9: sqlite3: not found", PROVISION),
        ("there is no database (*.sqlite3, *.db) in /srv/shop", "deploy --target staging"),
        ("/srv has 3 MiB free, and a backup needs 9 there", "keep_backups"),
        ("Error: database is locked", "wait until it has ended"),
        ("ERROR:  canceling statement due to lock timeout", "wait until it has ended"),
        ('psql:<stdin>:7: ERROR:  column "title" does not exist', "`sql` rule"),
        ("psql:<stdin>:18: ERROR:  22P02\nit broke off in table shop", "is not shown"),
        ("psql:<stdin>:18: ERROR:  22021\nit broke off in table shop", "is not UTF-8"),
        ("ERROR:  function upper(integer, text) does not exist", "`sql` rule"),
    ],
)
def test_known_output_has_its_hint(output: str, hint: str) -> None:
    error = data_errors.failed("staging", "the data can't be read", output)

    assert (error.summary, error.details) == ("the data can't be read", output)
    assert hint in error.hint


def test_expression_that_sqlite_refuses_is_blamed_on_a_rule() -> None:
    printed = subprocess.run(
        ["sqlite3", "-batch"], input="SELECT x;", capture_output=True, text=True
    )

    assert "`sql` rule" in data_errors.failed("staging", "no", printed.stderr).hint


def test_unknown_output_has_no_hint() -> None:
    assert data_errors.failed("staging", "no", "Error: disk I/O error").hint == ""
