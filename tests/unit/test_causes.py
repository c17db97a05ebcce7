"""Rules that no trap can show, and what must not be taken for a cause. The others: test_traps.py."""

import pytest

from tests.unit.diagnoses import first_cause

HEALTHY = """\
[2026-11-22 17:44:41 +0000] [51] [INFO] Starting gunicorn 27.0.1
[2026-11-22 17:44:41 +0000] [51] [INFO] Listening at: unix:/run/todo/1a2b3c4d-5e6f7a8b.sock (51)
[2026-11-22 17:44:41 +0000] [51] [INFO] Using worker: sync
[2026-11-22 17:44:41 +0000] [54] [INFO] Booting worker with pid: 54
WARNING django.security.csrf: Forbidden (CSRF token missing.): /lists/4/
WARNING django.request: Not Found: /dc84107cefb940e8b41dc111e4ff8497
[2026-11-22 17:45:10 +0000] [51] [INFO] Handling signal: term
[2026-11-22 17:45:10 +0000] [54] [INFO] Worker exiting (pid: 54)
[2026-11-22 17:45:10 +0000] [51] [INFO] Shutting down: Master
"""
COMMANDS = """\
==> python manage.py makemigrations --check --dry-run
No changes detected
==> python manage.py migrate --noinput
Operations to perform:
  Apply all migrations: lists
Running migrations:
  No migrations to apply.
"""
OTHER_TEST = """\
_____________________________ test_logo_is_shown ______________________________
functional_tests/test_pages.py:23: in test_logo_is_shown
    assert home.image_width("#logo") > 0
E   AssertionError: assert 0 > 0
=========================== short test summary info ============================
FAILED functional_tests/test_pages.py::test_logo_is_shown - AssertionError: assert 0 > 0
1 failed, 21 passed in 26.70s
"""
SETTINGS = """\
release_commands [["python", "manage.py", "collectstatic", "--noinput", "-v0"]]
migrate_commands [["python", "manage.py", "migrate", "--noinput"]]
health_path "/health"
upload_limit "10m"
request_timeout 30
start_timeout 60
memory_max null
environment.ALLOWED_HOSTS "{domain}"
environment.DATABASE_URL "sqlite:///{database}/db.sqlite3"
"""
PROJECT = "committed lists/migrations/0001_initial.py\nignored local/db.sqlite3\n"


@pytest.mark.parametrize("said", [HEALTHY, COMMANDS, f"{OTHER_TEST}--- journal ---\n{HEALTHY}"])
def test_what_a_healthy_app_says_is_no_cause(said: str) -> None:
    evidence = {"said": said, "settings": SETTINGS, "project": PROJECT, "nginx": ""}

    assert first_cause(evidence) is None


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk of the host is full"),
        (
            'nginx: [emerg] cannot load certificate key "/etc/ssl/shop.key": BIO_new_file() failed '
            "(SSL: error:80000002:system library::No such file or directory:calling "
            "fopen(/etc/ssl/shop.key, r) error:10000080:BIO routines::no such file)",
            "/etc/ssl/shop.key, which the target's `certificate` names, is not on the host",
        ),
        (
            'IntegrityError: could not create unique index "lists_list_title_key"\n'
            "DETAIL:  Key (title)=(Groceries) is duplicated.",
            "there are rows with the same title, which a migration wants to be unique",
        ),
        (
            "the database 'default', /srv/todo/shared/media/a.db, is outside of "
            "/srv/todo/shared/database, which outlives releases",
            "the database /srv/todo/shared/media/a.db is not in /srv/todo/shared/database: "
            "no backup has it",
        ),
        (
            "SECURE_PROXY_SSL_HEADER is not set: Django takes HTTPS for HTTP",
            "Django doesn't learn from nginx that a request came by HTTPS",
        ),
        (
            "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. "
            "Connection refused.",
            "nothing listens at port 6379, Redis: no server of that kind is on the host",
        ),
        (
            "ConnectionRefusedError: [Errno 111] Connection refused: 127.0.0.1:11211",
            "nothing listens at port 11211, memcached: no server of that kind is on the host",
        ),
        (
            "[ERROR] Worker (pid:812) was sent SIGKILL! Perhaps out of memory?",
            "the app took all the memory of the host, and was ended",
        ),
        (
            "functional_tests/test_pages.py:67: in test_unknown_address_gets_the_sites_own_page\n"
            "    assert missing.status() == NOT_FOUND\nE   assert 500 == 404",
            "the site's own page for 404 fails itself",
        ),
        (
            "django.db.utils.OperationalError: no such table: lists_list",
            "the database has no table lists_list",
        ),
    ],
)
def test_cause_is_told_by_what_was_said(said: str, cause: str) -> None:
    found = first_cause({"said": said, "settings": SETTINGS})

    assert found is not None
    assert found.sentence == cause


DEAD_END = {"said": OTHER_TEST, "dead ends": "POST /lists/6/delete 404\n", "settings": "workers 2"}


def test_dead_ends_of_an_app_that_has_workers_are_told_by_them() -> None:
    found = first_cause(DEAD_END)

    assert found is not None
    assert found.sentence.startswith("workers answer differently")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"dead ends": ""}, id="no-dead-end"),
        pytest.param({"settings": "workers 1"}, id="only-one-worker"),
        pytest.param({"said": "2 of 66 requests were lost"}, id="no-test-failed"),
    ],
)
def test_dead_ends_alone_are_no_cause(other: dict[str, str]) -> None:
    assert first_cause(DEAD_END | other) is None


def test_what_explains_more_comes_before_dead_ends() -> None:
    said = f"{OTHER_TEST}sqlite3.OperationalError: database or disk is full"
    found = first_cause(DEAD_END | {"said": said})

    assert found is not None
    assert found.sentence == "the disk of the host is full"
