"""The queue. What CELERY_ settings say counts."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letters.settings")
app = Celery("letters")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
