"""A command in the live release: who runs it, and what is advised if there is no such program."""

from pathlib import PurePosixPath

import pytest

from tests.unit.fakes import config
from understudy.commands import in_release
from understudy.release.layout import Paths

PATHS = Paths(PurePosixPath("/srv/shop"))


def test_command_runs_as_the_apps_user_by_the_script_that_reads_its_secrets() -> None:
    argv = in_release.run(config().app, PATHS, ("python", "a b"))

    assert argv[4:9] == ("sudo", "-n", "-u", "shop", "--")
    assert argv[-3:] == ("/srv/shop/current/run", "python", "a b")


def test_console_of_django_is_its_shell() -> None:
    assert in_release.console(config().app) == ("python", "manage.py", "shell")


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (("python manage.py check",), "run -- python manage.py check"),
        (("manage.py", "check"), "run -- python manage.py check"),
        (("celery", "status"), "locked packages"),
    ],
)
def test_advice_is_about_the_word_that_is_no_program(command: tuple[str, ...], advice: str) -> None:
    assert advice in in_release.advice(command)
