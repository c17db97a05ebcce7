"""What ssh is started with, instead of this program."""

import os
from collections.abc import Sequence
from typing import Any, NoReturn

import pytest

from tests.unit.fakes import config
from understudy import shell
from understudy.errors import Unreachable


class Replaced(Exception):
    """Instead of the new program."""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words of the program that was started."""
    words: list[str] = []

    def replace(program: str, argv: Sequence[str]) -> NoReturn:
        words.extend(argv)
        raise Replaced

    monkeypatch.setattr(os, "execvp", replace)
    return words


def ssh(command: tuple[str, ...] = (), **target: Any) -> None:
    with pytest.raises(Replaced):
        shell.ssh(config(target=target).target("staging"), "deploy", command)


def test_host_is_no_option_of_ssh_and_the_command_is_one_word(started: list[str]) -> None:
    ssh(("ls", "a b", "$HOME"), port=2222)

    assert started == ["ssh", "-p", "2222", "deploy@192.0.2.7", "--", "ls 'a b' '$HOME'"]


def test_shell_needs_no_command(started: list[str]) -> None:
    ssh()

    assert started[-1] == "deploy@192.0.2.7"


def test_host_key_is_held_to_the_same_file_as_in_a_deploy(started: list[str]) -> None:
    ssh(key="/k/id", known_hosts="/k/known hosts")

    assert started[started.index("-i") :][:2] == ["-i", "/k/id"]
    assert 'UserKnownHostsFile="/k/known hosts"' in started
    assert "StrictHostKeyChecking=yes" in started


def test_logs_are_those_of_all_releases_of_the_site(started: list[str]) -> None:
    site = config()

    with pytest.raises(Replaced):
        shell.logs(site, site.target("staging"), lines=7, follow=True)

    assert "journalctl -u 'shop@*' -u nginx -n 7 --no-pager -f" in started


def test_machine_without_ssh_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(Unreachable, match="ssh is not installed"):
        shell.ssh(config().target("staging"), "deploy", ())
