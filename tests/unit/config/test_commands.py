"""A command is a list of words, or one text; what only a shell could run is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.fakes import config


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("flask db upgrade", ("flask", "db", "upgrade")),
        (["flask", "db", "upgrade"], ("flask", "db", "upgrade")),
        ("sh -c 'a && b > \"$C\"'", ("sh", "-c", 'a && b > "$C"')),
        (r"echo a\;b --x=1", ("echo", "a;b", "--x=1")),
        ("make", ("make",)),
    ],
)
def test_command_as_one_text_is_the_same_as_its_words(given: Any, read: tuple[str, ...]) -> None:
    app = config(app={"release_commands": [given], "migrations_pending": given}).app

    assert app.release_commands == (read,)
    assert app.migrations_pending == read


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a && b", "needs a shell"),
        ("a; b", "needs a shell"),
        ("a > b", "needs a shell"),
        ("echo $HOME", "needs a shell"),
        ("FLASK_APP=shop flask db upgrade", "needs a shell"),
        ("echo 'a", "has a quote without its end"),
        ("", "must be a command"),
        (7, "must be a command, for example"),
    ],
)
def test_text_that_is_no_command_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        config(app={"release_commands": [given]})


def test_the_words_of_one_command_are_not_taken_for_commands() -> None:
    with pytest.raises(ValidationError, match=r'if this is one, write \["flask db upgrade"\]'):
        config(app={"release_commands": ["flask", "db", "upgrade"]})
