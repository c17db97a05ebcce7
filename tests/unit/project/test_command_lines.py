"""Command lines of a Procfile, a crontab or a unit, as a release runs them."""

import pytest

from understudy.project.command_lines import parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("celery -A shop worker -l info", "celery -A shop worker -l info"),
        ("./manage.py rqworker high low", "python manage.py rqworker high low"),
        ("python3 -u backend/manage.py qcluster", "python -u manage.py qcluster"),
        ("/srv/app/.venv/bin/python /srv/app/manage.py prune", "python manage.py prune"),
        ("venv/bin/celery -A shop beat", "celery -A shop beat"),
        ("exec uv run --frozen celery -A shop beat", "celery -A shop beat"),
        ("poetry run python -m shop.worker", "python -m shop.worker"),
        ("cd /srv/app && python manage.py prune >> /var/log/x 2>&1", "python manage.py prune"),
        ("cd backend && python jobs.py", "python jobs.py"),
        ("python backend/jobs.py --all", "python jobs.py --all"),
        ("python manage.py send 'a b'", "python manage.py send 'a b'"),
        ("./run-worker.sh", "./run-worker.sh"),
        ("celery -A shop worker -n w@%h", "celery -A shop worker -n w@%h"),
    ],
)
def test_plain_line_becomes_a_command(text: str, value: str) -> None:
    line = parse(text, "backend")

    assert (line.value, line.is_plain) == (value, True)


@pytest.mark.parametrize(
    "text",
    [
        "python manage.py migrate && celery -A shop worker",
        "C_FORCE_ROOT=1 celery -A shop worker",
        "celery -A shop worker -c $WORKERS",
        "cd other && celery -A shop worker",
        "celery -A 'shop",
        "",
    ],
)
def test_line_that_needs_a_shell_is_no_plain_one(text: str) -> None:
    line = parse(text, "backend")

    assert not line.is_plain
    assert line.value == ["sh", "-c", text]
