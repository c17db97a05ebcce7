"""templates/understudy_settings.py, which looks at Django's settings on a host."""

import socket
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.fakes import TOP

LOOK = run_path(str(TOP / "templates" / "understudy_settings.py"))
SMTP = "django.core.mail.backends.smtp.EmailBackend"


class WithMailers:
    """Django 6.1's settings: the old ones can't be read beside MAILERS."""

    def __init__(self, mailers: dict[str, Any]) -> None:
        self.MAILERS = mailers

    def __getattr__(self, name: str) -> None:
        raise AttributeError(f"The {name} setting is not available when MAILERS is defined.")


@pytest.mark.parametrize(
    ("settings", "server"),
    [
        (WithMailers({}), ("", 0)),
        (WithMailers({"default": {"BACKEND": SMTP}}), ("localhost", 25)),
        (
            WithMailers(
                {"default": {"BACKEND": SMTP, "OPTIONS": {"host": "mail.test", "port": 587}}}
            ),
            ("mail.test", 587),
        ),
        (WithMailers({"default": {"BACKEND": "anymail.backends.EmailBackend"}}), ("", 0)),
        (SimpleNamespace(EMAIL_BACKEND=SMTP, EMAIL_HOST="::1", EMAIL_PORT=2525), ("::1", 2525)),
        (SimpleNamespace(EMAIL_BACKEND="anymail.x", EMAIL_HOST="::1", EMAIL_PORT=25), ("", 0)),
    ],
)
def test_mail_server_is_that_of_mailers_or_of_the_settings_before_them(
    settings: object, server: tuple[str, int]
) -> None:
    assert LOOK["mail_server"](settings) == server


def test_mail_server_on_this_host_that_does_not_listen_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "views.py").write_text("from django.core.mail import send_mail\n")
    monkeypatch.chdir(tmp_path)
    mailer = {"BACKEND": SMTP, "OPTIONS": {"host": "127.0.0.1", "port": port}}

    found = LOOK["silent_mail_server"](WithMailers({"default": mailer}))

    assert found == ["127.0.0.1", port]


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"EMAIL_HOST": "127.0.0.1"}, ["smtp.relay.example", 587]),
        ({"EMAIL_HOST": "smtp.relay.example"}, None),
        ({}, None),
    ],
)
def test_mail_server_that_is_not_the_environments_is_found(
    environment: dict[str, str], found: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EMAIL_HOST", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = SimpleNamespace(EMAIL_BACKEND=SMTP, EMAIL_HOST="smtp.relay.example", EMAIL_PORT=587)

    assert LOOK["mail_elsewhere"](settings) is None, "it sends no mail"
    (tmp_path / "views.py").write_text("from django.core.mail import send_mail\n")
    assert LOOK["mail_elsewhere"](settings) == found


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"CELERY_TASK_ALWAYS_EAGER": True}, "CELERY_TASK_ALWAYS_EAGER"),
        ({"CELERY_ALWAYS_EAGER": True}, "CELERY_ALWAYS_EAGER"),
        ({"CELERY_TASK_ALWAYS_EAGER": False}, ""),
        ({"HUEY": {"immediate": True}}, "HUEY['immediate']"),
        ({"HUEY": {"name": "shop"}}, ""),
        ({}, ""),
    ],
)
def test_tasks_that_run_at_once_are_found(settings: dict[str, Any], name: str) -> None:
    assert LOOK["eager_tasks"](SimpleNamespace(**settings)) == name
