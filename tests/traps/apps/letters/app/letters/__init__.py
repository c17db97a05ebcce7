"""A newsletter: a worker of Celery sends its letters, a scheduler begins them, a timer prunes."""

from letters.celery import app as celery_app

__all__ = ["celery_app"]
