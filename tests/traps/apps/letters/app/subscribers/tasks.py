"""What the worker does."""

import os
from pathlib import Path

from celery import shared_task
from django.core.mail import send_mail

from subscribers.models import Subscriber


@shared_task
def send_letters() -> None:
    for subscriber in Subscriber.objects.filter(active=True):
        send_mail("News", "There are news.", None, [subscriber.email])


@shared_task
def note(mark: str) -> None:
    """Notes that it was done, and by which release."""
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(f"{mark} {os.environ['RELEASE']}\n")
