"""The checks that the release commands make with Django itself, on a real project, as on a host."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from tests.with_django.test_old_code import question

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MANAGE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
# Fails as Django's own check of models does, if it happens to be the first.
ASK = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
from django.conf import settings
from django.apps import apps
apps.get_models()
"""
SETTINGS = """
import os
SECRET_KEY = os.environ.get("SECRET_KEY", "x")
INSTALLED_APPS = ["goods", "django_thing"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
NAME = os.environ.get("DATABASE", "db.sqlite3")
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": NAME}}
STATIC_URL = "/static/"
"""
WSGI = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
"""
MODEL = """
from django.db import models
class Thing(models.Model):
    name = models.TextField()
"""
MIGRATION = """
from django.db import migrations, models
class Migration(migrations.Migration):
    initial = True
    operations = [migrations.CreateModel("Thing", [
        ("id", models.{key}(primary_key=True, auto_created=True, serialize=False, verbose_name="ID")),
        ("name", models.TextField())])]
"""
ADDED = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("goods", "0001_initial")]
    operations = [migrations.AddField("Thing", "note", models.TextField({field}))]
"""
CHECK = "python manage.py makemigrations --check --dry-run"


class Project(unittest.TestCase):
    """A Django project with an app of its own, and one that is installed and lacks a migration."""

    def setUp(self) -> None:
        self.top = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        self.source, self.packages = self.top / "source", self.top / "packages"
        self.write("source/manage.py", MANAGE)
        self.write("source/shop/settings.py", SETTINGS)
        self.write("source/shop/wsgi.py", WSGI)
        self.app("source/goods", "BigAutoField")
        self.app("packages/django_thing", "AutoField")

    def write(self, path: str, text: str) -> None:
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(text)

    def app(self, path: str, key: str) -> None:
        self.write(f"{path}/models.py", MODEL)
        self.write(f"{path}/migrations/0001_initial.py", MIGRATION.format(key=key))

    def commands(
        self, *commands: str, old: list[str] | None = None, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        job = {
            "static": str(self.top / "static"),
            "collects": False,
            "before": None,
            "copies": None,
            "hold": None,
            "commands": commands or [CHECK],
            "pending": None,
            "old": old,
            "limit": 60,
            "exists": ["false"],
            "backup": ["true"],
            "migrate": ["python manage.py migrate --noinput -v0"],
            "settings": True,
            "module": "shop.wsgi:application",
        }
        environment = {name: os.environ[name] for name in ("PATH",)}
        return subprocess.run(
            [sys.executable, str(TEMPLATES / "commands.py"), json.dumps(job)],
            cwd=self.source,
            env={**environment, "PYTHONPATH": str(self.packages), **more},
            capture_output=True,
            text=True,
        )

    def settings(self) -> dict[str, Any]:
        done = self.commands()
        lines = [line for line in done.stdout.splitlines() if line.startswith("==> settings ")]
        self.assertEqual(len(lines), 1, done.stderr)
        return dict(json.loads(lines[0].removeprefix("==> settings ")))


class Migrations(Project):
    def test_broken_settings_are_the_error_and_not_what_follows_from_them(self) -> None:
        broken = "from django.core.exceptions import ImproperlyConfigured as E\nraise E('no MAIL_FROM')\n"
        self.write("source/shop/settings.py", broken)
        self.write("source/ask.py", ASK)

        done = self.commands("python ask.py")

        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.endswith("ImproperlyConfigured: no MAIL_FROM\n"), done.stderr)

    def test_error_of_an_app_with_good_settings_stays(self) -> None:
        self.write("source/ask.py", ASK)

        done = self.commands("python ask.py")

        self.assertIn("AppRegistryNotReady", done.stderr.splitlines()[-1])

    def broken_by(self, field: str) -> list[str]:
        """What a deploy prints of the live code if its migration adds that field."""
        database = str(self.top / "database")
        self.commands("true", DATABASE=database)
        shutil.copytree(self.source, self.top / "live")
        self.write("source/goods/migrations/0002_note.py", ADDED.format(field=field))
        shell = 'cd "$1" && exec "$2" manage.py shell -c "$3"'
        old = ["sh", "-c", shell, "-", str(self.top / "live"), sys.executable, question()]

        done = self.commands("true", old=old, DATABASE=database)

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("==> unknown goods.0002_note", done.stdout)
        return [line for line in done.stdout.splitlines() if line.startswith("==> broken ")]

    def test_new_column_that_only_django_has_a_default_for_is_one_that_live_code_cannot_fill(
        self,
    ) -> None:
        self.assertEqual(
            self.broken_by('default=""'),
            [
                "==> broken goods.Thing: no new row can be saved: the column goods_thing.note is NOT NULL "
                "without a default in the database, and new to this code"
            ],
        )

    def test_new_column_with_a_default_in_the_database_breaks_nothing(self) -> None:
        self.assertEqual(self.broken_by('default="", db_default=""'), [])

    def test_new_column_that_may_be_empty_breaks_nothing(self) -> None:
        self.assertEqual(self.broken_by("null=True"), [])

    def test_missing_migration_of_a_package_is_noted(self) -> None:
        done = self.commands()

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(
            "==> note the package django_thing lacks a migration for its app django_thing",
            done.stdout,
        )

    def test_missing_migration_of_the_projects_own_app_fails(self) -> None:
        self.write("source/goods/models.py", MODEL + "    size = models.TextField(default='')\n")

        done = self.commands()

        self.assertEqual(done.returncode, 1)
        self.assertNotIn("==> note", done.stdout)
        self.assertNotIn("==> migrate", done.stdout)

    def test_app_in_the_repository_is_the_projects_own(self) -> None:
        (self.packages / "django_thing").rename(self.source / "django_thing")

        self.assertEqual(self.commands().returncode, 1)


class SecretKey(Project):
    RANDOM = (
        "from django.core.management.utils import get_random_secret_key\n"
        "SECRET_KEY = os.environ.get('KEY') or get_random_secret_key()\n"
    )

    def test_random_key_is_refused_before_anything_is_migrated(self) -> None:
        self.write("source/shop/settings.py", SETTINGS + self.RANDOM)

        done = self.commands()

        self.assertEqual(done.returncode, 1)
        self.assertIn("SECRET_KEY differs in each process", done.stderr)
        self.assertNotIn("==> migrate", done.stdout)

    def test_random_default_that_is_not_used_is_accepted(self) -> None:
        self.write("source/shop/settings.py", SETTINGS + self.RANDOM)

        self.assertEqual(self.commands(KEY="given").returncode, 0)

    def test_key_in_the_code_is_accepted(self) -> None:
        self.assertEqual(self.commands().returncode, 0)


class Settings(Project):
    def test_project_without_a_problem(self) -> None:
        found = self.settings()

        self.assertEqual(
            (found["wsgi"], found["cache_tables"], found["mail"], found["unreadable_uploads"]),
            (None, [], None, [0, ""]),
        )
        self.assertEqual(
            found["sqlite"], {"default": {"journal": "delete", "timeout": None, "begins": None}}
        )

    def test_settings_that_wsgi_names_are_printed(self) -> None:
        self.write("source/shop/wsgi.py", WSGI.replace("shop.settings", "shop.dev"))
        self.write("source/shop/dev.py", "from shop.settings import *\nDEBUG = True\n")

        self.assertEqual(self.settings()["wsgi"], ["shop.dev", True])

    def test_environment_wins_over_the_default_of_wsgi(self) -> None:
        self.write("source/shop/wsgi.py", WSGI.replace("shop.settings", "shop.dev"))

        done = self.commands(DJANGO_SETTINGS_MODULE="shop.settings")

        self.assertIn('"wsgi": null', done.stdout)

    def test_missing_table_of_a_cache_is_named(self) -> None:
        cache = '{"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cached"}}'
        self.write("source/shop/settings.py", f"{SETTINGS}CACHES = {cache}\n")
        self.assertEqual(self.settings()["cache_tables"], ["cached"])

        self.assertEqual(self.commands(CHECK, "python manage.py createcachetable").returncode, 0)
        self.assertEqual(self.settings()["cache_tables"], [])

    def test_mail_server_that_does_not_listen_is_named(self) -> None:
        self.write("source/shop/settings.py", f"{SETTINGS}EMAIL_PORT = 1\n")
        self.assertIsNone(self.settings()["mail"], "this app sends none")

        self.write("source/goods/views.py", "from django.core.mail import send_mail\n")
        self.assertEqual(self.settings()["mail"], ["localhost", 1])

    def test_uploads_that_the_group_cannot_read_are_counted(self) -> None:
        self.write(
            "source/shop/settings.py", f"{SETTINGS}MEDIA_ROOT = {str(self.top / 'media')!r}\n"
        )
        for name, mode in (("open.png", 0o640), ("closed.png", 0o600)):
            self.write(f"media/{name}", "")
            (self.top / "media" / name).chmod(mode)
        (self.top / "media" / "__init__.py").unlink()

        self.assertEqual(
            self.settings()["unreadable_uploads"], [1, str(self.top / "media" / "closed.png")]
        )

    def test_what_is_kept_on_the_host_itself_is_named(self) -> None:
        self.assertEqual(
            self.settings()["of_this_host"],
            {
                "sessions": "",
                "caches": {"default": "the memory of each process"},
                "uploads": {},
                "queues": {},
                "stale_connections": [],
            },
        )

        model = MODEL + "    picture = models.FileField(upload_to='pictures', default='')\n"
        self.write("source/goods/models.py", model)
        kept = f"""
INSTALLED_APPS += ["django.contrib.contenttypes", "django.contrib.sessions"]
MEDIA_ROOT = {str(self.top / "media")!r}
SESSION_ENGINE = "django.contrib.sessions.backends.file"
SESSION_FILE_PATH = "/var/lib/sessions"
CELERY_BROKER_URL = "redis://localhost"
DATABASES["default"]["CONN_MAX_AGE"] = 60
"""
        self.write("source/shop/settings.py", SETTINGS + kept)
        done = self.commands("python manage.py makemigrations goods")
        self.assertEqual(done.returncode, 0, done.stderr)
        (line,) = (one for one in done.stdout.splitlines() if one.startswith("==> settings "))

        self.assertEqual(
            json.loads(line.removeprefix("==> settings "))["of_this_host"],
            {
                "sessions": "files in /var/lib/sessions",
                "caches": {"default": "the memory of each process"},
                "uploads": {"goods.Thing.picture": str(self.top / "media")},
                "queues": {"CELERY_BROKER_URL": "a server at localhost"},
                "stale_connections": ["default"],
            },
        )
