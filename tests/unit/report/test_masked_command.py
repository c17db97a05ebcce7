"""What looks secret in a command is not in the log."""

import shlex

import pytest

from understudy.report.masked_command import masked_command


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("python manage.py createsuperuser", "python manage.py createsuperuser"),
        ("x --password hunter2 --noinput", "x --password *** --noinput"),
        ("x --api-key=hunter2", "x --api-key=***"),
        ("x --passphrase hunter2", "x --passphrase ***"),
        ("x --token --noinput", "x --token --noinput"),
        ("env API_TOKEN=hunter2 DEBUG=1 x", "env API_TOKEN=*** DEBUG=1 x"),
        ("x postgres://u:hunter2@h/d", "x 'postgres://u:***@h/d'"),
        ("x --url=https://u:hunter2@h/", "x '--url=https://u:***@h/'"),
        ("x -c \"u.set_password('hunter2')\"", "x -c ***"),
        ("x 'a b' '' $HOME", "x 'a b' '' '$HOME'"),
    ],
)
def test_words_that_look_secret_are_masked_and_no_others(line: str, shown: str) -> None:
    assert masked_command(shlex.split(line)) == shown
