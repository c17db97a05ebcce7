"""Checks that commands.py makes with Django itself, before anything is migrated."""

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RANDOM_KEY = """SECRET_KEY differs in each process: the settings make one up where no variable is set.
Each worker would refuse the sessions and forms of the others. Let the settings take SECRET_KEY from the
environment, where every host has one, or set the variable that they ask for:
python deploy.py secrets set NAME"""
PRINT_KEY = "from django.conf import settings; print(settings.SECRET_KEY)"


@contextmanager
def naming_broken_settings() -> Iterator[None]:
    """Raises the error of settings that can't be loaded in place of what follows from it: Django runs a
    command without them, and which of its checks fails first is by chance.
    """
    try:
        yield
    except Exception:
        conf = sys.modules.get("django.conf")
        if conf and "DJANGO_SETTINGS_MODULE" in os.environ and not conf.settings.configured:
            _ = conf.settings.INSTALLED_APPS
        raise


def is_loaded() -> bool:
    return "django.apps" in sys.modules and sys.modules["django.apps"].apps.ready


def run_or_check(command: str, run: Callable[[str], Any]) -> Any:
    words = shlex.split(command)
    if "makemigrations" in words and "--check" in words:
        return check_migrations(command, run)
    return run(command)


def check_migrations(command: str, run: Callable[[str], Any]) -> Any:
    """Runs a makemigrations --check and returns its exit code. A missing migration of an installed package
    is only noted: no one can add it here.
    """
    code = run(command)
    if not code or not is_loaded() or names_apps(command):
        return code
    own, others = migrated_apps()
    lacking = lacking_migrations(others)
    if not lacking or (own and (code := run(f"{command} {shlex.join(own)}"))):
        return code
    for label in lacking:
        print(
            f"==> note {package_of(label)} lacks a migration for its app {label}; its authors have to add it",
            flush=True,
        )
    return 0


def names_apps(command: str) -> bool:
    words = shlex.split(command)
    return any(not word.startswith("-") for word in words[words.index("makemigrations") + 1 :])


def migrated_apps() -> tuple[list[str], list[str]]:
    """Labels of the apps with migrations: those whose source is in the repository, and the others."""
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    labels = sorted(MigrationLoader(None, ignore_no_migrations=True).migrated_apps)
    here = Path.cwd().resolve()
    own = {
        label
        for label in labels
        if Path(apps.get_app_config(label).path).resolve().is_relative_to(here)
    }
    return sorted(own), sorted(set(labels) - own)


def lacking_migrations(labels: list[str]) -> list[str]:
    from django.core.management import call_command

    output = io.StringIO()
    if labels:
        call_command("makemigrations", *labels, dry_run=True, interactive=False, stdout=output)
    return re.findall(r"^Migrations for '(\w+)'", output.getvalue(), re.MULTILINE)


def package_of(label: str) -> str:
    """Name and version of the package that contains an app."""
    import importlib.metadata  # takes long, and most apps lack no migration

    from django.apps import apps

    top = apps.get_app_config(label).name.partition(".")[0]
    names = importlib.metadata.packages_distributions().get(top, [])
    return f"{names[0]} {importlib.metadata.version(names[0])}" if names else f"the package {top}"


def refuse_random_key() -> None:
    """Ends the process if Django is loaded and another process has another SECRET_KEY."""
    if not is_loaded():
        return
    settings = sys.modules["django.conf"].settings
    if settings.SECRET_KEY in os.environ.values():
        return
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run(
        [sys.executable, "-c", PRINT_KEY], env=environment, capture_output=True, text=True
    )
    if other.returncode == 0 and other.stdout.removesuffix("\n") != str(settings.SECRET_KEY):
        sys.exit(RANDOM_KEY)
