"""Causes and hints of an app that is not Django's do not speak of Django."""

import re
from dataclasses import replace

import pytest

from tests.unit.cause_cases import CASES
from tests.unit.cause_cases.base import PACKAGES, PLAIN, facts, no_module, raised, said
from tests.unit.diagnoses import first_cause
from understudy.diagnosis.causes import RULES
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Rule
from understudy.release.commit_facts import LockFacts

DJANGO = re.compile(
    r"Django|manage\.py|INSTALLED_APPS|MIDDLEWARE|DATABASES|BASE_DIR|USE_TZ|PREPEND_WWW|STATIC_ROOT|"
    r"MEDIA_ROOT|collectstatic|makemigrations|AppConfig|FILE_UPLOAD|CSRF_|EMAIL_HOST_USER|\bsettings\b"
)
# Their evidence is a message that only Django's own code writes, or a question to Django's settings.
BY_DJANGO_ITSELF = {
    "allowed-hosts",
    "cache-table-missing",
    "collectstatic-not-run",
    "csrf-cookie-not-sent",
    "debug-on",
    "mail-relay-of-the-settings",
    "media-in-release",
    "media-outside",
    "migration-forgotten",
    "migration-that-asks",
    "migration-that-asks-for-a-default",
    "migration-that-asks-for-a-rename",
    "migrations-in-conflict",
    "origin-refused",
    "path-only-in-manage",
    "proxy-header-not-read",
    "redirect-in-a-circle",
    "sessions-of-each-host",
    "settings-by-default",
    "settings-named-in-code",
    "static-root-elsewhere",
    "static-root-in-code",
    "static-root-unset",
    "tasks-eager",
    "timer-django-command-missing",
    "uploads-of-each-host",
    "uploads-without-group",
    "url-nginx-does-not-serve",
}
OTHERS = [rule for rule in RULES if rule.name not in BY_DJANGO_ITSELF]
FLASK = LockFacts(
    versions={"flask": "3.0.0"}, modules={"flask": ("flask",)}, made_from="requirements.in"
)


def of_flask(known: KnownFacts) -> KnownFacts:
    """The same, of an app without manage.py and without the preset of Django."""
    commit = known.commit
    if commit:
        committed = {path: mode for path, mode in commit.committed.items() if path != "manage.py"}
        commit = replace(commit, committed=committed)
    return replace(known, commit=commit, settings={**known.settings, "preset": "plain"})


@pytest.mark.parametrize("rule", OTHERS, ids=lambda rule: rule.name)
def test_words_are_of_the_apps_kind(rule: Rule) -> None:
    cause, hint = rule.no_django or (rule.cause, rule.hint)

    assert not DJANGO.search(f"{cause or rule.cause} {hint}")


@pytest.mark.parametrize("name", ["tool-of-the-developer", "sqlite-locked"])
def test_app_that_is_not_djangos_gets_the_other_words(name: str) -> None:
    [rule] = [one for one in RULES if one.name == name]
    case = CASES[name]

    django, other = rule(case.words, case.true), rule(case.words, of_flask(case.true))

    assert django
    assert other
    assert DJANGO.search(django.hint)
    assert not DJANGO.search(f"{other.sentence} {other.hint}")


@pytest.mark.parametrize(
    ("error", "named"),
    [
        ("ModuleNotFoundError: No module named 'flaskk'", "'flask' meant"),
        ("ModuleNotFoundError: No module named 'flask.ext'", "app.py line 1"),
        (
            f"ImportError: cannot import name 'Flaskk' from 'flask' ({PACKAGES}/flask/__init__.py)",
            "app.py line 1",
        ),
        ("ModuleNotFoundError: No module named 'ipdb'", "Remove the import"),
    ],
)
def test_broken_import_is_named_before_a_new_lock(error: str, named: str) -> None:
    source = "/srv/todo/releases/1a2b3c4d-5e6f7a8b/source"
    known = of_flask(facts({"app.py": PLAIN}, lock=FLASK))

    cause = first_cause(said(raised(error, f"{source}/app.py")), known)

    assert cause
    text = f"{cause.sentence}. {cause.hint}"
    assert named in text
    assert named in text.partition("uv pip compile")[0]
    assert not DJANGO.search(text)


def test_django_gets_its_own_words() -> None:
    cause = first_cause(no_module("debug_toolbar"), facts())

    assert cause
    assert "INSTALLED_APPS" in cause.hint
