"""Django's settings; all that differs between places is from the environment."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "of the developer's machine")
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")
ROOT_URLCONF = "letters.urls"
WSGI_APPLICATION = "letters.wsgi.application"
INSTALLED_APPS = ["subscribers"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DATABASE", "db.sqlite3"),
        # Web process and workers write at the same time.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"journal": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["journal"], "level": "WARNING"},
    # Errors of requests.
    "loggers": {"django": {"handlers": [], "level": "WARNING"}},
}

DEFAULT_FROM_EMAIL = "letters@letters.test"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "1025"))

CELERY_BROKER_URL = os.environ.get("BROKER_URL", "redis://localhost:6379/0")
# A task of a worker that is killed is done by another one.
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULE = {
    "send": {"task": "subscribers.tasks.send_letters", "schedule": 3600},
}
