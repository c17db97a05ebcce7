"""understudy-site's log: the host adds login and time, and no line is lost or mixed with another."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.programs.root_programs import Host, make_host


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return make_host(tmp_path)


def log(host: Host) -> Path:
    return host.path("/var/log/understudy/todo.log")


def lines(host: Host) -> list[tuple[str, str, dict[str, Any]]]:
    """Time, login and object of each line."""
    split = [line.split(" ", 2) for line in log(host).read_text().splitlines()]
    return [(at, login, json.loads(entry)) for at, login, entry in split]


def test_line_begins_with_the_hosts_time_and_login(host: Host) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    host.done("log", given=b'{"verb": "deploy", "login": "root"}\n', SUDO_USER="deploy")

    [(at, login, entry)] = lines(host)
    assert before <= datetime.fromisoformat(at) <= datetime.now(UTC)
    assert at.endswith("Z")
    assert (login, entry["verb"]) == ("deploy", "deploy")
    assert log(host).stat().st_mode & 0o777 == 0o644


def test_lines_are_added(host: Host) -> None:
    log(host).write_text("before root {}\n")

    host.done("log", given=b'{"n": 1}')
    host.done("log", given=b"{}")

    assert [entry.get("n") for _, _, entry in lines(host)] == [None, 1, None]


def test_any_text_comes_back(host: Host) -> None:
    given = {"title": 'Grüße "quoted" \\ %s $HOME `id` 🐍\n', "deep": [{"a": "* ? ~"}]}
    host.done("log", given=json.dumps(given, ensure_ascii=False).encode())

    [(_, _, entry)] = lines(host)
    assert entry == given


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (b'{"a": 1}\n{"b": 2}', "control characters"),
        (b'{"a": 1}\n\n', "not an object"),
        (b'{"a": "\x1b[2J"}', "control characters"),
        (b'{"a": "\x7f"}', "control characters"),
        (b'["a"]', "not an object"),
        (b' {"a": 1}', "not an object"),
        (b"", "not an object"),
        (b'{"a": "' + b"x" * 4000 + b'"}', "4000 bytes"),
    ],
)
def test_entry_that_is_no_single_line_or_is_forged_is_refused(
    given: bytes, error: str, host: Host
) -> None:
    assert error in host.refused("log", given=given)
    assert not log(host).exists()


def test_lines_of_several_writers_do_not_mix(host: Host) -> None:
    entries = [json.dumps({"n": number, "long": str(number) * 3000}) for number in range(6)]

    host.together(*((("log",), entry.encode()) for entry in entries))

    assert sorted(entry["n"] for _, _, entry in lines(host)) == list(range(6))


def test_log_that_is_a_link_is_not_followed(host: Host, tmp_path: Path) -> None:
    log(host).symlink_to(tmp_path / "elsewhere")

    assert host.run("log", given=b"{}").returncode != 0
    assert not (tmp_path / "elsewhere").exists()
