"""Tests of the settings: what they take from the environment, and what they refuse."""

import os
import runpy
from pathlib import Path
from typing import Any
from unittest import TestCase, mock

from django.core.exceptions import ImproperlyConfigured

SETTINGS = Path(__file__).parents[2] / "todo" / "settings.py"
ENVIRONMENT = {
    "SECRET_KEY": "key",
    "ALLOWED_HOSTS": "a.test, b.test,",
    "DATABASE_URL": "sqlite:////srv/site/db.sqlite3",
    "STATIC_ROOT": "/srv/site/static",
    "MEDIA_ROOT": "/srv/site/media",
}


def settings(**changes: str) -> dict[str, Any]:
    """The settings that an environment gives."""
    with mock.patch.dict(os.environ, ENVIRONMENT | changes, clear=True):
        return runpy.run_path(str(SETTINGS))


class SettingsTest(TestCase):
    def test_each_required_variable_is_named_when_unset(self) -> None:
        for name in ENVIRONMENT:
            with self.subTest(name), self.assertRaisesRegex(ImproperlyConfigured, name):
                settings(**{name: ""})

    def test_wrong_database_url_is_named(self) -> None:
        with self.assertRaisesRegex(ImproperlyConfigured, "DATABASE_URL"):
            settings(DATABASE_URL="/srv/site/db.sqlite3")

    def test_hosts_are_separated_by_commas(self) -> None:
        self.assertEqual(settings()["ALLOWED_HOSTS"], ["a.test", "b.test"])

    def test_sqlite_waits_for_its_lock(self) -> None:
        database = settings()["DATABASES"]["default"]

        self.assertEqual(database["NAME"], "/srv/site/db.sqlite3")
        self.assertEqual(database["OPTIONS"]["timeout"], 20)
        self.assertEqual(database["OPTIONS"]["transaction_mode"], "IMMEDIATE")
        self.assertIn("journal_mode=WAL", database["OPTIONS"]["init_command"])

    def test_other_databases_get_no_sqlite_options(self) -> None:
        database = settings(DATABASE_URL="postgres://site@db.test/site")["DATABASES"]["default"]

        self.assertNotIn("transaction_mode", database.get("OPTIONS", {}))

    def test_debug_is_off_unless_asked_for(self) -> None:
        self.assertFalse(settings()["DEBUG"])
        self.assertFalse(settings(DEBUG="0")["DEBUG"])
        self.assertTrue(settings(DEBUG="on")["DEBUG"])

    def test_cookies_are_for_https_only_where_there_is_https(self) -> None:
        self.assertFalse(settings()["CSRF_COOKIE_SECURE"])
        self.assertTrue(settings(HTTPS="on")["CSRF_COOKIE_SECURE"])

    def test_release_has_a_name_even_when_unset(self) -> None:
        self.assertEqual(settings()["RELEASE"], "development")
        self.assertEqual(settings(RELEASE="7")["RELEASE"], "7")
