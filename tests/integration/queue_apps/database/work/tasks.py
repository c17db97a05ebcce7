import os
from pathlib import Path

from django_tasks import task


@task()
def note(mark):
    """Notes that it was done, and by which release."""
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(f"{mark} {os.environ['RELEASE']}\n")
        # A power failure must not take back what the queue has as done.
        notes.flush()
        os.fsync(notes.fileno())
