"""Logins that greet, have another shell, or run something else: seen by the first command."""

from pathlib import Path, PurePosixPath

import pytest

from tests.unit.ssh.servers import NASTY, target_of
from tests.unit.ssh_server import SshServer
from understudy.errors import Unreachable
from understudy.ssh.connection import SshConnection

GREETS = ["sh", "-c", 'echo Welcome; echo to our host >&2; eval "$0"']
# It reads a line as sh does only if it is this one.
FISH = ["sh", "-c", 'case $0 in "echo "* | "exec sh -c "*) eval "$0" ;; *) exit 127 ;; esac']


def test_greeting_is_no_part_of_any_answer(server: SshServer, tmp_path: Path) -> None:
    server.shell = GREETS
    lines: list[str] = []
    with SshConnection(target_of(server, tmp_path), "deploy") as connection:
        done = connection.run(("sh", "-c", "echo out; echo err >&2"), on_line=lines.append)
        assert (done.output, done.errors, sorted(lines)) == ("out\n", "err\n", ["err", "out"])
        assert connection.send(("cat",), "text").output == "text"
        connection.put(b"content", PurePosixPath(tmp_path / "file"))
        with connection.lock(PurePosixPath(tmp_path / "lock"), "ann") as before:
            assert before == ""
        with connection.listening(("true",), "shop") as heard:
            connection.run(("sleep", "0.1"))
    assert heard == ["sudo: -n -u shop -- true\n"]
    assert (tmp_path / "file").read_bytes() == b"content"


def test_shell_with_another_syntax_gets_a_line_that_any_shell_reads(
    server: SshServer, tmp_path: Path
) -> None:
    server.shell, server.environment["SHELL"] = FISH, "/usr/bin/fish"
    with SshConnection(target_of(server, tmp_path), "deploy") as connection:
        done = connection.run(("printf", "%s|", *NASTY))
        assert done.output == "".join(f"{word}|" for word in NASTY)
        assert connection.send(("cat",), "text").output == "text"
        with connection.lock(PurePosixPath(tmp_path / "lock"), "ann"):
            assert connection.run(("true",)).ok


@pytest.mark.parametrize(
    ("shell", "printed"),
    [
        ("echo This account is currently not available.; exit 1", "not available"),
        ("cat", "it printed nothing"),
        ("echo Hi deploy! You have no shell access.", "Hi deploy!"),
        ("exit 0", "it printed nothing"),
    ],
)
def test_login_that_runs_another_program_is_reported_in_one_sentence(
    shell: str, printed: str, server: SshServer, tmp_path: Path
) -> None:
    server.shell = ["sh", "-c", shell]

    with (
        SshConnection(target_of(server, tmp_path), "deploy") as connection,
        pytest.raises(Unreachable, match="runs another program") as raised,
    ):
        connection.run(("true",))

    assert printed in raised.value.details
    assert "deploy@127.0.0.1 echo end" in raised.value.hint
    assert "authorized_keys" in raised.value.hint


def test_another_program_that_never_ends_is_not_waited_for(
    server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("understudy.ssh.connection.SECONDS_TO_BEGIN", 0.5)
    server.shell = ["sh", "-c", "echo a menu; exec sleep 60"]

    with (
        SshConnection(target_of(server, tmp_path), "deploy") as connection,
        pytest.raises(Unreachable, match="runs another program") as raised,
    ):
        connection.run(("true",))

    assert "a menu" in raised.value.details


@pytest.mark.parametrize(
    ("shell", "by_sh"), [("/usr/bin/fish", False), ("/usr/bin/zsh", True), ("", True)]
)
def test_first_answer_shows_the_login_shell(
    shell: str, by_sh: bool, server: SshServer, tmp_path: Path
) -> None:
    """No command of its own asks for it: a round trip costs."""
    server.environment["SHELL"] = shell
    with SshConnection(target_of(server, tmp_path), "deploy") as connection:
        connection.run(("true",))
        connection.run(("true",))

    lines = [str(process.args[-1]) for process in server.processes]  # type: ignore[index]
    assert [line.startswith("exec sh -c") for line in lines] == [True, not by_sh]


@pytest.mark.parametrize("shell", ["cat >/dev/null", "echo Welcome; cat >/dev/null"])
def test_text_for_another_program_does_not_count_as_sent(
    shell: str, server: SshServer, tmp_path: Path
) -> None:
    """Exit status 0 of something else is no confirmation."""
    with SshConnection(target_of(server, tmp_path), "deploy") as connection:
        server.shell = ["sh", "-c", shell]
        with pytest.raises(Unreachable, match="runs another program"):
            connection.send(("tar", "-x"), "a release")
        with pytest.raises(Unreachable, match="runs another program"):
            connection.run(("true",))
