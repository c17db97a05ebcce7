"""A shop whose tasks are in its own database, so that it needs no broker."""

import os

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
USE_TZ = True
INSTALLED_APPS = ["django_tasks", "django_tasks_db", "work"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Web process and workers write at the same time.
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": os.environ["DATABASE"],
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
}
# For several hosts: libpq knows from the environment where it is.
POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}
DATABASES = {"default": POSTGRESQL if os.environ["DATABASE"] == "postgresql" else SQLITE}
LOGGING = {
    "version": 1,
    "handlers": {"journal": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["journal"], "level": "INFO"},
}
