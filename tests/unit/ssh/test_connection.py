"""Commands over a connection to a real SSH server on this machine."""

import pytest

from tests.unit.ssh.servers import NASTY
from tests.unit.ssh_server import CUT, DROP
from understudy.errors import StepFailed, Unreachable
from understudy.ssh.connection import SshConnection


def test_words_of_a_command_arrive_unchanged(connection: SshConnection) -> None:
    done = connection.run(("printf", "%s|", *NASTY))

    assert (done.ok, done.output) == (True, "".join(f"{word}|" for word in NASTY))


def test_command_that_fails_returns_a_result_and_raises_nothing(connection: SshConnection) -> None:
    done = connection.run(("sh", "-c", "echo out; echo err >&2; exit 3"))

    assert (done.ok, done.output, done.errors) == (False, "out\n", "err\n")
    assert done.text == "out\nerr"


def test_command_of_another_user_never_asks_for_a_password(connection: SshConnection) -> None:
    assert connection.run(("id", "a b"), user="shop").output == "sudo: -n -u shop -- id a b\n"


def test_file_made_on_the_host_is_not_writable_by_the_group(
    connection: SshConnection,
) -> None:
    """The app's user is in the group of its code; the server's own default lets groups write."""
    assert connection.run(("sh", "-c", "umask")).output.strip() == "0022"


def test_messages_are_in_english_and_other_locale_settings_stay(
    connection: SshConnection,
) -> None:
    assert connection.run(("sh", "-c", 'echo "$LC_MESSAGES $LANG"')).output == "C nl_NL.UTF-8\n"


def test_output_is_passed_on_line_by_line(connection: SshConnection) -> None:
    lines: list[str] = []

    connection.run(("printf", "==> one\n==> two\nno end"), on_line=lines.append)

    assert lines == ["==> one", "==> two", "no end"]


def test_endless_command_is_given_up(connection: SshConnection) -> None:
    with pytest.raises(StepFailed, match="no end after") as raised:
        connection.run(("sleep", "60"), seconds=0.02)  # type: ignore[arg-type]

    assert "`ps fax`" in raised.value.hint


@pytest.mark.parametrize(("how", "closed"), [(DROP, True), (CUT, False)])
def test_broken_connection_is_reported_and_is_no_failed_step(
    how: str, closed: bool, connection: SshConnection
) -> None:
    with pytest.raises(Unreachable, match="the connection broke") as raised:
        connection.run(("echo", how))

    assert (raised.value.details == "the host closed it") == closed
    assert "the same command finishes" in raised.value.hint
