"""Apps of other people, made in an empty folder by the commands that their frameworks document."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.integration.staging import TOP, git

UV = TOP / ".venv" / "bin" / "uv"
# The interpreter that runs the tests: uv's own are downloads from elsewhere.
PYTHON = sys.executable


@dataclass(frozen=True)
class App:
    """make: fills an empty folder. text: what the front page shows, or "" without a front page."""

    name: str
    make: Callable[[Path], None]
    text: str


def wagtail(directory: Path) -> None:
    """As in "Your first Wagtail site"; its requirements.txt has no hashes."""
    uv(
        directory,
        "tool",
        "run",
        "--python",
        PYTHON,
        "--from",
        "wagtail==7.4.3",
        "wagtail",
        "start",
        "mysite",
        ".",
    )


def startproject(directory: Path) -> None:
    """As in Django's tutorial, with uv."""
    uv(directory, "init", "--bare", "--name", "shop", "--no-pin-python", "--python", PYTHON)
    uv(directory, "add", "--python", PYTHON, "django")
    uv(directory, "run", "--python", PYTHON, "django-admin", "startproject", "shop", ".")


def c_extension(directory: Path) -> None:
    """A Django project whose database driver is an sdist with a C extension."""
    startproject(directory)
    uv(directory, "add", "--python", PYTHON, "mysqlclient", "--no-sync")


def fastapi(directory: Path) -> None:
    """With Poetry."""
    poetry = ("tool", "run", "--python", PYTHON, "poetry==2.1.4")
    uv(directory, *poetry, "init", "--no-interaction", "--name", "parcels", "--python", ">=3.11,<4")
    # Poetry asks PyPI's JSON API, which not every mirror has; each has the index itself.
    uv(
        directory,
        *poetry,
        "source",
        "add",
        "--priority=primary",
        "simple",
        "https://pypi.org/simple/",
    )
    uv(directory, *poetry, "add", "--lock", "fastapi")
    write(directory / "parcels" / "__init__.py", "")
    write(
        directory / "parcels" / "main.py",
        """
        from fastapi import FastAPI

        app = FastAPI()


        @app.get("/")
        def read_root() -> dict[str, str]:
            return {"parcels": "none yet"}
        """,
    )


def flask(directory: Path) -> None:
    """With a factory, and Flask-Migrate as in its README; for Debian 12, whose box the other tests need."""
    write(directory / ".python-version", "3.11\n")
    write(directory / "requirements.txt", "flask\nflask-sqlalchemy\nflask-migrate\n")
    write(
        directory / "notes" / "__init__.py",
        """
        import os

        from flask import Flask
        from flask_migrate import Migrate
        from flask_sqlalchemy import SQLAlchemy

        db = SQLAlchemy()
        migrate = Migrate()


        class Note(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            text = db.Column(db.String(128))


        def create_app():
            app = Flask(__name__)
            app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev")
            app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///notes.db")
            db.init_app(app)
            migrate.init_app(app, db)

            @app.get("/")
            def index():
                return (
                    "<!doctype html><html lang=en><title>Notes</title>"
                    f"<main><h1>{Note.query.count()} notes</h1></main></html>"
                )

            return app
        """,
    )
    flask = (
        "run",
        "--no-project",
        "--python",
        PYTHON,
        "--with-requirements",
        "requirements.txt",
        "flask",
        "--app",
        "notes",
        "db",
    )
    uv(directory, *flask, "init")
    uv(directory, *flask, "upgrade")
    uv(directory, *flask, "migrate", "-m", "notes")
    for made in (directory / "instance").glob("*.db"):
        made.unlink()


def worker(directory: Path) -> None:
    """Celery as in its "First steps with Django", with a schedule, and a crontab; for Debian 12."""
    uv(directory, "init", "--bare", "--name", "letters", "--no-pin-python", "--python", PYTHON)
    write(directory / ".python-version", "3.11\n")
    uv(directory, "add", "--python", PYTHON, "django<6", "celery[redis]")
    uv(directory, "run", "--python", PYTHON, "django-admin", "startproject", "letters", ".")
    write(
        directory / "letters" / "celery.py",
        """
        import os

        from celery import Celery

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letters.settings")

        app = Celery("letters")
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.autodiscover_tasks()


        @app.task(bind=True, ignore_result=True)
        def debug_task(self):
            print(f"Request: {self.request!r}")
        """,
    )
    write(
        directory / "letters" / "__init__.py",
        """
        from .celery import app as celery_app

        __all__ = ("celery_app",)
        """,
    )
    with (directory / "letters" / "settings.py").open("a") as settings:
        settings.write(
            '\nCELERY_BROKER_URL = "redis://localhost:6379/0"\n'
            'CELERY_BEAT_SCHEDULE = {"debug": {"task": "letters.celery.debug_task", "schedule": 10.0}}\n'
        )
    write(
        directory / "crontab",
        "10 3 * * * cd /srv/letters && venv/bin/python manage.py clearsessions >> /var/log/letters.log 2>&1\n",
    )


APPS = (
    App("wagtail", wagtail, "Welcome to your new Wagtail site!"),
    App("startproject", startproject, ""),
    App("c-extension", c_extension, ""),
    App("fastapi", fastapi, "none yet"),
    App("flask", flask, "0 notes"),
    App("worker", worker, ""),
)


def uv(directory: Path, *words: str) -> None:
    subprocess.run([UV, *words], cwd=directory, check=True, capture_output=True, text=True)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text).lstrip())


def commit(directory: Path) -> None:
    """All that is there, into a new repository."""
    git(directory, "init", "-q", "-b", "main")
    git(directory, "add", "-A")
    git(directory, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "First")
