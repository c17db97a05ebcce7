"""manage() runs a command of Django's manage.py in the live release, and returns what it prints."""

import pytest

from tests.unit.fakes import FakeConnection, config
from understudy.errors import Refused, StepFailed
from understudy.ssh.connection import Result
from understudy.testing.manage import connected, manage_over


def test_command_runs_as_the_apps_user_in_the_live_release() -> None:
    connection = FakeConnection({"manage.py": Result(True, "3 sessions\n", "a warning")})

    printed = manage_over(connection, config())("clearsessions --dry-run 'a b'")

    assert printed == "3 sessions\n"
    [ran] = [note for note in connection.notes if "manage.py" in note]
    assert "/srv/shop/current/run python manage.py clearsessions --dry-run 'a b'" in ran
    assert "-u shop" in ran


def test_words_are_passed_on_as_they_are() -> None:
    connection = FakeConnection(quiet=("manage.py",))

    manage_over(connection, config())("shell", "-c", "print('a b')")

    assert "manage.py shell -c 'print('\"'\"'a b'\"'\"')'" in "".join(connection.notes)


def test_failed_command_shows_its_output() -> None:
    connection = FakeConnection({"manage.py": Result(False, "", "Unknown command: 'chek'")})

    with pytest.raises(StepFailed, match="chek failed") as raised:
        manage_over(connection, config())("chek")
    assert raised.value.details == "Unknown command: 'chek'"


def test_other_apps_have_no_manage() -> None:
    plain = config(app={"preset": "plain"})

    with (
        pytest.raises(Refused, match="preset is plain"),
        connected(plain, plain.hosts("staging")[0]),
    ):
        pass
