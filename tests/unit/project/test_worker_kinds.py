"""Which work a command line is for."""

import pytest

from understudy.project.worker_kinds import (
    ASIDE,
    CELERY,
    CELERY_BEAT,
    DJANGO_TASKS,
    HUEY,
    PROCRASTINATE,
    RQ,
    Kind,
    kind_of,
)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("celery -A shop worker -l info", CELERY),
        ("celery worker -A shop", CELERY),
        ("python -m celery --app=shop worker", CELERY),
        ("celery -A worker beat", CELERY_BEAT),
        ("celery -Ashop beat", CELERY_BEAT),
        ("celery -A shop flower", ASIDE),
        ("python manage.py rqworker worker", RQ),
        ("rq worker high", RQ),
        ("python -u manage.py db_worker", DJANGO_TASKS),
        ("huey_consumer jobs.huey -w 2", HUEY),
        ("procrastinate --app=jobs.app worker", PROCRASTINATE),
        ("gunicorn shop.wsgi", ASIDE),
        ("flask run", ASIDE),
        ("flask import-orders", None),
        ("python manage.py import_orders worker", None),
        ("./run", None),
        ("", None),
    ],
)
def test_kind_follows_from_the_program_and_its_command(line: str, kind: Kind | None) -> None:
    assert kind_of(tuple(line.split())) == kind


def test_worker_with_a_scheduler_in_it_is_single() -> None:
    found = kind_of(("celery", "-A", "shop", "worker", "-B"))

    assert found
    assert (found.title, found.single) == (CELERY.title, True)
