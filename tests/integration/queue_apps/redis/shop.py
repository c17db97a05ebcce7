"""A shop whose tasks go through Redis: those of Celery and those of RQ."""

import os

from celery import Celery
from redis import Redis
from rq import Queue

URL = os.environ["REDIS_URL"]
queue = Queue("rq", connection=Redis.from_url(URL))
celery = Celery("shop", broker=URL)
# A task that a worker had when it was killed is done again by another one.
celery.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, task_default_queue="celery")


def note(mark):
    """Notes that it was done, and by which release."""
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(f"{mark} {os.environ['RELEASE']}\n")


celery_note = celery.task(note, name="note")


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b"<!doctype html><html lang=en><title>Shop</title>"]
