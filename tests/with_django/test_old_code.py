"""An earlier release's Django checks a database that later migrations changed."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "understudy" / "commands" / "old_code.py"
SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
"""


def question() -> str:
    """The script that the old release runs, read from its source: Understudy isn't installed here."""
    text = PACKAGE.read_text()
    return text.partition('_ASK = """')[2].partition('"""')[0]


class Database(unittest.TestCase):
    def setUp(self) -> None:
        self.top = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        (self.top / "settings.py").write_text(SETTINGS)
        self.django("migrate", "-v0")

    def django(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "django", *words],
            cwd=self.top,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(self.top)},
            capture_output=True,
            text=True,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout

    def after(self, *statements: str) -> list[str]:
        with sqlite3.connect(self.top / "db.sqlite3") as connection:
            for statement in statements:
                connection.execute(statement)
        lines = self.django("shell", "-c", question()).splitlines()
        return [line for line in lines if line.startswith("==> ")]

    def test_unchanged_database_has_no_problem(self) -> None:
        self.assertEqual(self.after(), [])

    def test_later_migration_is_named(self) -> None:
        later = "INSERT INTO django_migrations (app, name, applied) VALUES ('auth', '0099_x', '2024-01-01')"

        self.assertEqual(self.after(later), ["==> unknown auth.0099_x"])

    def test_missing_column_is_named(self) -> None:
        self.assertEqual(
            self.after("ALTER TABLE auth_user RENAME COLUMN email TO mail"),
            [
                "==> broken auth.User: the column auth_user.email is gone",
                "==> broken auth.User: no new row can be saved: the column auth_user.mail is NOT NULL "
                "without a default in the database, and new to this code",
            ],
        )

    def test_missing_table_is_named(self) -> None:
        self.assertEqual(
            self.after("DROP TABLE auth_user_groups"),
            ["==> broken auth.User_groups: the table auth_user_groups is gone"],
        )

    def test_new_column_that_is_nullable_or_has_a_default_is_no_problem(self) -> None:
        self.assertEqual(
            self.after(
                "ALTER TABLE auth_user ADD COLUMN nick text NULL",
                "ALTER TABLE auth_user ADD COLUMN size integer NOT NULL DEFAULT 5",
            ),
            [],
        )
