"""Collects what an app's Django settings and its host have to agree on. commands.py prints it,
understudy/deploy/django_settings.py judges it. Changes nothing.
"""

import ast
import importlib
import importlib.util
import os
import re
import socket
import sys
from itertools import islice
from pathlib import Path
from typing import Any

# As it was before a manage.py sets it.
GIVEN_SETTINGS = os.environ.get("DJANGO_SETTINGS_MODULE")
# So many files of a directory of uploads are looked at: it may hold millions.
MOST_UPLOADS = 10_000
SENDS_MAIL = re.compile(
    r"\b(send_mail|send_mass_mail|mail_admins|mail_managers|EmailM\w+|PasswordReset\w+)\b"
)


def look(module: str) -> dict[str, Any]:
    """Settings and facts that show whether the app fits the host, without any secret's value.

    module: the app as gunicorn gets it, such as shop.wsgi:application.
    """
    settings = sys.modules["django.conf"].settings
    sessions = "django.contrib.sessions" in settings.INSTALLED_APPS
    databases = settings.DATABASES.items()
    return {
        "module": os.environ.get("DJANGO_SETTINGS_MODULE"),
        "wsgi": wsgi_settings(module),
        "debug": settings.DEBUG,
        "secret_key_from_environment": settings.SECRET_KEY in os.environ.values(),
        "allowed_hosts": settings.ALLOWED_HOSTS,
        "static_root": settings.STATIC_ROOT,
        "static_url": settings.STATIC_URL,
        "media_root": settings.MEDIA_ROOT,
        "media_url": settings.MEDIA_URL,
        "upload_mode": settings.FILE_UPLOAD_PERMISSIONS,
        "unreadable_uploads": unreadable(settings.MEDIA_ROOT),
        "databases": {name: [found["ENGINE"], str(found["NAME"])] for name, found in databases},
        "sqlite": {
            name: sqlite(name, found)
            for name, found in databases
            if found["ENGINE"].endswith(".sqlite3")
        },
        "cache_tables": missing_cache_tables(settings.CACHES),
        "mail": silent_mail_server(settings),
        "mail_elsewhere": mail_elsewhere(settings),
        "eager_tasks": eager_tasks(settings),
        "secure_ssl_redirect": settings.SECURE_SSL_REDIRECT,
        "secure_proxy_ssl_header": settings.SECURE_PROXY_SSL_HEADER,
        "csrf_cookie_secure": settings.CSRF_COOKIE_SECURE,
        "session_cookie_secure": sessions and settings.SESSION_COOKIE_SECURE,
    }


def wsgi_settings(module: str) -> list[Any] | None:
    """The settings that gunicorn's module names in its source, and whether DEBUG is on in them; None if
    it names none, or those of the commands.
    """
    try:
        spec = importlib.util.find_spec(module.partition(":")[0])
        text = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
        name = settings_named_in(text)
    except Exception:
        return None
    if name in (None, os.environ.get("DJANGO_SETTINGS_MODULE")):
        return None
    try:
        debug = bool(getattr(importlib.import_module(name), "DEBUG", False))
    except Exception:
        debug = False
    return [name, debug]


def settings_named_in(text: str) -> str | None:
    default = None
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Assign(
                targets=[ast.Subscript(slice=ast.Constant(value="DJANGO_SETTINGS_MODULE"))],
                value=ast.Constant(value=str(name)),
            ):
                return name
            case ast.Call(
                func=ast.Attribute(attr="setdefault"),
                args=[ast.Constant(value="DJANGO_SETTINGS_MODULE"), ast.Constant(value=str(name))],
            ):
                default = GIVEN_SETTINGS or name
    return default


def unreadable(directory: str) -> list[Any]:
    """The number of files that the group, which is nginx's, may not read, and the path of one."""
    if not directory or not Path(directory).is_dir():
        return [0, ""]
    files = (Path(place, name) for place, _, names in os.walk(directory) for name in names)
    found = [
        path
        for path in islice(files, MOST_UPLOADS)
        if path.is_file() and not path.stat().st_mode & 0o040
    ]
    return [len(found), str(found[0]) if found else ""]


def sqlite(alias: str, database: dict[str, Any]) -> dict[str, Any]:
    options = database.get("OPTIONS", {})
    with sys.modules["django.db"].connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
    return {
        "journal": journal,
        "timeout": options.get("timeout"),
        "begins": options.get("transaction_mode"),
    }


def missing_cache_tables(caches: dict[str, Any]) -> list[str]:
    wanted = [
        one["LOCATION"] for one in caches.values() if one["BACKEND"].endswith(".DatabaseCache")
    ]
    if not wanted:
        return []
    from django.db import connections

    there = {
        table for alias in connections for table in connections[alias].introspection.table_names()
    }
    return [table for table in wanted if table not in there]


def silent_mail_server(settings: Any) -> list[Any] | None:
    """Host and port of a mail server on this host, if the app sends mail and nothing listens there."""
    host, port = mail_server(settings)
    if host not in ("localhost", "127.0.0.1", "::1"):
        return None
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return [host, port] if sends_mail() else None
    return None


def mail_elsewhere(settings: Any) -> list[Any] | None:
    """Host and port of another mail server than the one that EMAIL_HOST of the environment names, if the
    app sends mail. One on this host is silent_mail_server()'s.
    """
    wanted, (host, port) = os.environ.get("EMAIL_HOST"), mail_server(settings)
    if not wanted or not host or host in (wanted, "localhost", "127.0.0.1", "::1"):
        return None
    return [host, port] if sends_mail() else None


def sends_mail() -> bool:
    texts = (path.read_text(errors="replace") for path in Path.cwd().rglob("*.py"))
    return any(map(SENDS_MAIL.search, texts))


def eager_tasks(settings: Any) -> str:
    """The setting by which Celery or Huey runs tasks in the process that enqueues them, or ""."""
    for name in ("CELERY_TASK_ALWAYS_EAGER", "CELERY_ALWAYS_EAGER"):
        if getattr(settings, name, False):
            return name
    huey = getattr(settings, "HUEY", None)
    return "HUEY['immediate']" if isinstance(huey, dict) and huey.get("immediate") else ""


def mail_server(settings: Any) -> tuple[str, int]:
    """Host and port by which the app sends mail by default; ("", 0) if it's not by SMTP.

    In Django 6.1 MAILERS takes the place of EMAIL_BACKEND and its like, which raise AttributeError then.
    """
    if hasattr(settings, "MAILERS"):
        mailer = settings.MAILERS.get("default", {})
        options = mailer.get("OPTIONS", {})
        backend = mailer.get("BACKEND", "")
        host, port = options.get("host", "localhost"), options.get("port", 25)
    else:
        backend = settings.EMAIL_BACKEND
        host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    return (host, port) if backend.endswith(".smtp.EmailBackend") else ("", 0)
