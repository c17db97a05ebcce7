"""Django settings with which the app starts on its host, but does not work there as it should. Pure.

templates/understudy_settings.py prints them from the release's own process.
"""

import json
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from understudy.commands import answers
from understudy.deploy import django_hosts
from understudy.deploy.desired import DesiredState
from understudy.local.numbers import number_of

# The start of the line with the settings as JSON, in the output of the release's commands.
MARK = "==> settings "

# Name of a setting -> its value. Secrets are not among them: look() in templates/understudy_settings.py.
Settings = Mapping[str, Any]


def findings_in(output: str, desired: DesiredState) -> tuple[str, ...]:
    """The findings for the settings in a step's output; () without any. Raises StepFailed."""
    with answers.understood("app's settings"):
        settings = _settings_in(output)
        return findings(settings, desired) if settings else ()


def advice_in(output: str, desired: DesiredState) -> tuple[str, ...]:
    """Recommendations for the settings in a step's output: a sentence each."""
    with answers.understood("app's settings"):
        if settings := _settings_in(output):
            return (
                *_sqlite_advice(settings),
                *_cookie_advice(settings, desired),
                *_unserved_uploads(settings, desired),
            )
        return ()


def warnings_in(output: str, desired: DesiredState) -> tuple[str, ...]:
    """What may be wrong by the settings in a step's output: a sentence each."""
    with answers.understood("app's settings"):
        settings = _settings_in(output)
        return tuple(django_hosts.warnings(settings, desired)) if settings else ()


def _settings_in(output: str) -> Settings | None:
    lines = [line for line in output.splitlines() if line.startswith(MARK)]
    return json.loads(lines[-1].removeprefix(MARK)) if lines else None


def findings(settings: Settings, desired: DesiredState) -> tuple[str, ...]:
    """What is wrong with the settings for that release on its target: a sentence each."""
    return (
        *_secrecy(settings),
        *_names(settings, desired),
        *_static(settings, desired),
        *_media(settings, desired),
        *_uploads(settings, desired),
        *_databases(settings, desired),
        *_services(settings, desired),
        *_https(settings, desired),
        *django_hosts.findings(settings, desired),
    )


def _secrecy(settings: Settings) -> Iterator[str]:
    if settings["debug"]:
        yield f"DEBUG is on in {settings['module']}"
    if not settings["secret_key_from_environment"]:
        yield "SECRET_KEY is not taken from the environment"
    if settings["wsgi"]:
        name, debug = settings["wsgi"]
        yield (
            f"app.module runs with the settings {name}, and manage.py with {settings['module']}"
            + (f"; DEBUG is on in {name}" if debug else "")
        )


def _names(settings: Settings, desired: DesiredState) -> Iterator[str]:
    names = settings["allowed_hosts"]
    for domain in desired.target.domains:
        # With DEBUG on and no name given, Django allows localhost.
        if not any(_allows(name.lower(), domain.removeprefix("*")) for name in names):
            yield f"ALLOWED_HOSTS {names} lacks {domain.removeprefix('*')}"


def _allows(name: str, domain: str) -> bool:
    """A name that starts with a dot allows its subdomains as well (ALLOWED_HOSTS in Django's reference)."""
    below = name.startswith(".") and (domain == name[1:] or domain.endswith(name))
    return below or name in ("*", domain)


def _static(settings: Settings, desired: DesiredState) -> Iterator[str]:
    served, url = desired.app.static_url, settings["static_url"]
    if served is None or settings["static_root"] is None or _elsewhere(url):
        return
    if url != served:
        yield f"STATIC_URL is {url}, and nginx serves {served}"
    if desired.app.static_directory:
        # Committed files are served, and none are collected.
        return
    root = _place(settings["static_root"], desired)
    release = desired.release.id
    if root not in (desired.paths.static(release), desired.paths.release(release) / "static"):
        yield f"STATIC_ROOT {root} is not where nginx looks for static files"


def _media(settings: Settings, desired: DesiredState) -> Iterator[str]:
    served, url = desired.app.media_url, settings["media_url"]
    if served is None or not settings["media_root"]:
        return
    root = _place(settings["media_root"], desired)
    if root.is_relative_to(desired.paths.releases):
        yield f"MEDIA_ROOT {root} is inside the release: what visitors upload is lost with it"
    elif not root.is_relative_to(desired.paths.media):
        yield f"MEDIA_ROOT {root} is outside of {desired.paths.media}, which outlives releases"
    if url != served and not _elsewhere(url):
        yield f"MEDIA_URL is {url}, and nginx serves {served}"


def _uploads(settings: Settings, desired: DesiredState) -> Iterator[str]:
    """nginx reads uploads as a member of their group."""
    if desired.app.media_url is None or not settings["media_root"]:
        return
    mode = settings["upload_mode"]
    if mode is None or not mode & 0o040:
        yield "FILE_UPLOAD_PERMISSIONS lets nginx read no upload: 0o640 does"
    count, sample = settings["unreadable_uploads"]
    if count:
        yield (
            f"nginx can't read {number_of(count, 'file')} in MEDIA_ROOT, such as {sample}: the code that saves "
            "them there must give them FILE_UPLOAD_PERMISSIONS, as Django's storage does, or mode 0640"
        )


def _services(settings: Settings, desired: DesiredState) -> Iterator[str]:
    for table in settings["cache_tables"]:
        yield (
            f"CACHES names the table {table}, which the database lacks: "
            "[python, manage.py, createcachetable] among app.migrate_commands makes it"
        )
    if settings["mail"]:
        host, port = settings["mail"]
        yield f"the app sends mail, and nothing listens at {host}:{port}: set EMAIL_HOST"
    if settings["mail_elsewhere"]:
        host, port = settings["mail_elsewhere"]
        yield f"mails go to {host}:{port} by the settings, whatever EMAIL_HOST of the environment names"
    # Without a worker it may be meant so.
    if settings["eager_tasks"] and desired.config.processes:
        yield f"{settings['eager_tasks']} is on: tasks run in the process that enqueues them"


def _sqlite_advice(settings: Settings) -> Iterator[str]:
    """Of two visitors who write at the same time, one gets `database is locked` by Django's defaults."""
    for alias, found in settings["sqlite"].items():
        lacking = []
        if found["journal"] != "wal":
            lacking.append('"init_command": "PRAGMA journal_mode=WAL"')
        if found["timeout"] is None:
            lacking.append('"timeout": 20')
        if found["begins"] is None:
            lacking.append('"transaction_mode": "IMMEDIATE"')
        if lacking:
            yield (
                f"recommended for the database '{alias}', so that visitors who write at once wait for each "
                f"other: OPTIONS = {{{', '.join(lacking)}}} (Django 5.1 or later)"
            )


def _databases(settings: Settings, desired: DesiredState) -> Iterator[str]:
    kept = desired.paths.database
    for alias, (engine, name) in settings["databases"].items():
        if not engine.endswith(".sqlite3"):
            continue
        if not _place(name, desired).is_relative_to(kept):
            yield f"the database '{alias}', {name}, is outside of {kept}, which outlives releases"


def _https(settings: Settings, desired: DesiredState) -> Iterator[str]:
    domain = desired.target.domain
    if desired.target.has_https or desired.target.trusted_proxies:
        yield from _misread_scheme(settings)
        return
    if settings["secure_ssl_redirect"]:
        yield f"SECURE_SSL_REDIRECT is on, and {domain} has no certificate"
    for name in ("csrf_cookie_secure", "session_cookie_secure"):
        if settings[name]:
            yield f"{name.upper()} is on, and {domain} has no certificate"


def _misread_scheme(settings: Settings) -> Iterator[str]:
    """Without the setting, or where it names a header that isn't sent, Django asks the worker, who knows."""
    name, value = settings["secure_proxy_ssl_header"] or ("", "")
    if name == "HTTP_X_FORWARDED_PROTO" and value != "https":
        circle = "; SECURE_SSL_REDIRECT sends everybody in a circle"
        yield (
            f"SECURE_PROXY_SSL_HEADER waits for '{value}', and nginx sends 'https': Django takes HTTPS for HTTP"
            + circle * settings["secure_ssl_redirect"]
        )


def _cookie_advice(settings: Settings, desired: DesiredState) -> Iterator[str]:
    """The check of cookies sees only those that a visitor without a login gets."""
    names = ("session_cookie_secure", "csrf_cookie_secure")
    lacking = [f"{name.upper()} = True" for name in names if not settings[name]]
    if desired.target.has_https and lacking:
        yield f"recommended where the site has HTTPS, so that no cookie goes over HTTP: {', '.join(lacking)}"


def _unserved_uploads(settings: Settings, desired: DesiredState) -> Iterator[str]:
    """Right where a page of the app decides who gets them. Several hosts are a finding of django_hosts.py."""
    uploads = settings["of_this_host"]["uploads"]
    if desired.app.media_url is None and uploads and not desired.has_company:
        field, place = next(iter(uploads.items()))
        yield (
            f"app.media_url is null, so nginx serves no uploads, such as those of {field} in {place}; "
            "`media_url: /media/` shows them to everybody"
        )


def _place(path: str, desired: DesiredState) -> PurePosixPath:
    """A relative path starts from the directory where the app runs."""
    source = desired.paths.release(desired.release.id) / "source"
    return PurePosixPath(posixpath.normpath(source / path))


def _elsewhere(url: str) -> bool:
    """Whether this URL leads to another host, such as a CDN."""
    return url.startswith(("http://", "https://", "//"))
