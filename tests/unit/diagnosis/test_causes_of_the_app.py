"""What must not be taken for a cause, and which of several comes first."""

from dataclasses import replace

import pytest

from tests.unit.cause_cases.base import HEALTHY, LOCK, SETTINGS, facts, no_module, raised, said
from tests.unit.cause_cases.neighbours import refused
from tests.unit.cause_cases.settings import NO_QUEUE
from tests.unit.diagnoses import first_cause
from understudy.diagnosis.causes import RULES
from understudy.diagnosis.rules import diagnose

LOG = """\
[2026-11-22 17:44:41 +0000] [51] [INFO] Starting gunicorn 27.0.1
[2026-11-22 17:44:41 +0000] [51] [INFO] Listening at: unix:/run/todo/1a2b3c4d-5e6f7a8b.sock (51)
[2026-11-22 17:44:41 +0000] [54] [INFO] Booting worker with pid: 54
WARNING django.security.csrf: Forbidden (CSRF token missing.): /lists/4/
WARNING django.request: Not Found: /dc84107cefb940e8b41dc111e4ff8497
[2026-11-22 17:45:10 +0000] [51] [INFO] Handling signal: term
[2026-11-22 17:45:10 +0000] [51] [INFO] Shutting down: Master
"""
COMMANDS = """\
==> python manage.py makemigrations --check --dry-run
No changes detected
==> python manage.py migrate --noinput
Running migrations:
  No migrations to apply.
"""
PYTEST = f"""\
functional_tests/test_lists.py:23: in test_item_is_added
    assert home.items() == ["Paint"]
E   selenium.common.exceptions.NoSuchElementException: Message: no such element
E   FileNotFoundError: [Errno 2] No such file or directory
{raised("AssertionError: 1 != 2", file="/home/ann/todo/functional_tests/pages.py")}
FAILED functional_tests/test_lists.py::test_item_is_added - AssertionError
"""
HOST_TESTS = """\
tests/host/test_serving.py:41: in test_unit_is_enabled
E   assert 'disabled' == 'enabled'
E   AssertionError: Permission denied: /srv/todo/shared/env
1 failed, 30 passed in 12.00s
"""
OTHERS_FILES = facts(
    untracked=("notes.txt",),
    ignored=("local/venv/lib/python3.11/site-packages/markdown/__init__.py",),
)


def test_file_of_a_queue_is_not_taken_for_the_apps_database() -> None:
    beside = facts(
        {"todo/settings.py": "{'NAME': BASE_DIR / 'x'}"}, answers=(("free", "/srv", "9"),)
    )

    cause = first_cause(NO_QUEUE, beside)

    assert cause is not None
    assert cause.sentence.startswith("huey keeps an SQLite file")


def test_database_that_is_only_warned_of_is_not_what_makemigrations_fails_of() -> None:
    words = said(
        "Migrations for 'lists':",
        "  lists/migrations/0003_item_due.py",
        "site-packages/django/x.py:161: RuntimeWarning: Got an error checking a consistent "
        "migration history performed for database connection 'default': unable to open database file",
        "  warnings.warn(",
    )
    settings = "DATABASES = {'default': {'NAME': BASE_DIR / 'db.sqlite3'}}"
    texts = {
        "lists/models.py": "",
        "lists/migrations/0001_initial.py": "",
        "todo/settings.py": settings,
    }
    own = facts(texts, answers=(("free", "/srv", "1000000"),))

    cause = first_cause(words, own)

    assert cause
    assert cause.rule == "migration-forgotten"


@pytest.mark.parametrize(
    "text", [LOG, COMMANDS, PYTEST, HOST_TESTS, "curl: (28) Operation timed out"]
)
def test_what_a_healthy_app_or_a_test_says_is_no_cause(text: str) -> None:
    assert diagnose(said(text), OTHERS_FILES, RULES) == ()


def test_package_of_the_developers_environment_is_no_file_of_the_app() -> None:
    cause = first_cause(no_module("markdown"), OTHERS_FILES)

    assert cause
    assert (
        cause.sentence
        == "no locked package has the module 'markdown', and lists/views.py imports it"
    )


def test_own_folder_that_is_not_on_the_path_is_never_looked_for_at_an_index() -> None:
    """A stranger's package may have that name."""
    own = facts({"apps/lists/__init__.py": "", "apps/lists/models.py": ""})

    causes = diagnose(no_module("lists"), own, RULES)

    assert [cause.rule for cause in causes] == ["module-in-another-folder"]
    assert "requirements" not in causes[0].hint


def test_module_that_may_be_the_apps_own_is_not_claimed_for_a_package() -> None:
    """A file of that name lies in another package of the app."""
    cause = first_cause(no_module("forms"), facts({"lists/__init__.py": "", "lists/forms.py": ""}))

    assert cause
    assert not cause.confirmed


def test_hints_name_what_there_is() -> None:
    project = replace(LOCK, made_from="pyproject.toml", path="requirements.lock")
    called = replace(facts(lock=project), command="python deploy.py --config other.yml")
    cause = first_cause(no_module("markdown"), called)
    unset = first_cause(said("ImproperlyConfigured: Set the SIZE environment variable"), called)

    assert cause
    assert unset
    assert "pyproject.toml -o requirements.lock" in cause.hint
    assert "requirements.in" not in cause.hint
    assert "python deploy.py --config other.yml secrets set SIZE" in unset.hint


def test_host_that_is_gone_confirms_nothing() -> None:
    gone = replace(HEALTHY, host=None)
    cause = first_cause(refused(6379), gone)

    assert cause
    assert (cause.confirmed, cause.questions) == (False, (("port", "6379"),))


DEAD_END = {"step": "FAILED x::test_y\n", "said": "FAILED x", "dead ends": "POST /lists/6 404\n"}


def test_what_explains_more_comes_before_dead_ends() -> None:
    full = {**DEAD_END, "said": "sqlite3.OperationalError: database or disk is full"}
    found = first_cause(full, facts(answers=(("free", "/srv", "0"),)))

    assert found
    assert found.sentence == "the disk of the host is full"


def test_dead_ends_of_one_worker_are_no_cause() -> None:
    alone = replace(HEALTHY, settings={**SETTINGS, "workers": 1})

    assert first_cause(DEAD_END, HEALTHY)
    assert first_cause(DEAD_END, alone) is None


def test_folder_of_the_app_without_its_files_is_no_library_of_an_older_python() -> None:
    """Such as a submodule's: Python takes it for a package without a location."""
    empty = said("ImportError: cannot import name 'HELLO' from 'greetings' (unknown location)")
    old = facts(answers=(("python", "", "3.11"),))

    assert first_cause(empty, old) is None
