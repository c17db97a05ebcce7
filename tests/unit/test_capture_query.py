"""The query of a capture on this machine: it answers, changes nothing, and says what it can't read."""

import os
import subprocess
from pathlib import Path

import pytest

from understudy.capture import query as module
from understudy.capture.parse import parse
from understudy.capture.query import query
from understudy.capture.value import Capture

QUERY = Path(module.__file__).with_name("query.sh")


def ask(user: str | None = None) -> tuple[Capture, str]:
    done = subprocess.run(query("todo"), capture_output=True, user=user)
    assert done.returncode == 0
    return parse(done.stdout.decode(errors="replace"), "todo", "todo.test", 0), done.stderr.decode()


@pytest.fixture(scope="module")
def asked() -> tuple[Capture, str]:
    return ask()


def test_real_system_answers_and_complains_of_nothing(asked: tuple[Capture, str]) -> None:
    found, errors = asked

    assert errors == ""
    assert found.entry("os.name")
    assert found.entry("sysctl.net.core.somaxconn")
    assert found.entry("users.root.home")
    assert found.entry("modes./tmp")


def test_second_capture_is_the_same(asked: tuple[Capture, str]) -> None:
    again, _ = ask()

    # What runs on this machine meanwhile comes and goes.
    steady = ("os", "packages", "python", "locale", "cpu", "memory", "users", "sudo", "limits")
    assert {name: again.sections[name] for name in steady} == {
        name: asked[0].sections[name] for name in steady
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as somebody else")
def test_who_may_not_become_root_gets_what_all_may_see() -> None:
    found, errors = ask(user="nobody")

    assert errors == ""
    assert found.entry("os.name")
    for section in ("sudo", "environment", "cron", "ports", "nginx", "firewall"):
        assert "needs root" in found.unreadable[section]


def test_variables_are_named_and_their_values_stay(tmp_path: Path) -> None:
    """The part of the query that reads them, on a file with values of all kinds."""
    secrets = tmp_path / "env"
    secrets.write_text(
        'SECRET_KEY="hunter2"\n'
        "export DATABASE_URL=postgres://a:hunter2@db/x\n"
        '# OLD=hunter2\nlower=hunter2\nPEM="-----BEGIN\nhunter2hunter2=\n-----END"\n'
    )
    text = QUERY.read_text()
    begin, end = text.index("if section environment"), text.index("if section units")
    part = text[begin:end].replace("/etc/environment", str(secrets))
    functions = text[text.index("user=$(id -u)") : text.index("# lines FILE")].replace(
        "user=$(id -u)", "user=0"
    )

    done = subprocess.run(
        ["sh", "-uc", f"site=none\n{functions}\n{part}"], capture_output=True, text=True
    )

    assert done.stdout.splitlines() == [
        "@@@ environment",
        *(f"{secrets}\t{name}" for name in ("SECRET_KEY", "DATABASE_URL", "PEM")),
    ]


def test_script_is_not_in_the_command_line_of_sudo() -> None:
    """It would be in the host's log, whole, each time."""
    wrapper = query("todo")[2]

    assert "sudo -n" in wrapper
    assert "@@@ packages" not in wrapper
