"""The site's settings. All that differs between hosts comes from the environment."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

# Writers queue for up to 20 seconds instead of failing at once, readers never wait for a writer
# (WAL), and a transaction takes its write lock at its start, where waiting for it is possible.
# What was said to be saved is on the disk, also after a power cut (FULL).
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


def required(name: str) -> str:
    """An environment variable that the site does not start without."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"The environment variable {name} is not set.")
    return value


def flag(name: str) -> bool:
    """An environment variable that is `on`, in the word that `init` writes."""
    return os.environ.get(name) == "on"


def host_names(value: str) -> list[str]:
    """The names in a comma separated list."""
    return [name.strip() for name in value.split(",") if name.strip()]


def database(url: str) -> dict[str, Any]:
    """Django's description of the database at a URL."""
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise ImproperlyConfigured(
            "The environment variable DATABASE_URL is no database's URL, "
            "such as sqlite:////srv/site/db.sqlite3."
        ) from error
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["OPTIONS"] = SQLITE_OPTIONS | config.get("OPTIONS", {})
    return config


SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = host_names(required("ALLOWED_HOSTS"))
DATABASES = {"default": database(required("DATABASE_URL"))}
STATIC_ROOT = required("STATIC_ROOT")
MEDIA_ROOT = required("MEDIA_ROOT")
DEBUG = flag("DEBUG")
HTTPS = flag("HTTPS")
RELEASE = os.environ.get("RELEASE") or "development"

ROOT_URLCONF = "todo.urls"
WSGI_APPLICATION = "todo.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles", "lists"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "lists.context_processors.release",
                "lists.logins.visitor",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The web server in front sets this header on every request, so that a visitor can't forge it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SECURE = HTTPS
# Browsers ignore this header without HTTPS, and complain about it in their console.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# Where the mails are sent to. On a developer's machine they are printed.
EMAIL_BACKEND = f"django.core.mail.backends.{'console' if DEBUG else 'smtp'}.EmailBackend"
EMAIL_HOST = os.environ.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = int(os.environ.get("EMAIL_PORT") or 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = f"Little Lists <lists@{ALLOWED_HOSTS[0]}>"

# All to stderr, which systemd hands to its journal; the journal adds the time itself.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"journal": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "journal"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
