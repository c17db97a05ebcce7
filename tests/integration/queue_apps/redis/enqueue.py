"""Enqueues a task for each mark: `enqueue.py celery MARK ...` or `enqueue.py rq MARK ...`."""

import sys

import shop

kind, *marks = sys.argv[1:]
for mark in marks:
    if kind == "celery":
        shop.celery_note.delay(mark)
    else:
        shop.queue.enqueue(shop.note, mark)
