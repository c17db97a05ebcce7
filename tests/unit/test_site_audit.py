"""understudy-site's log: who and when is told by the host, and no line is lost or mixed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.root_programs import Host, make_host


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return make_host(tmp_path, "70-site.sh", "SITE")


def log(host: Host) -> Path:
    return host.path("/var/log/understudy/todo.log")


def lines(host: Host) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log(host).read_text().splitlines()]


def test_line_begins_with_what_the_host_knows(host: Host) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    host.done("log", given=b'{"verb": "deploy", "release": "r1"}\n', SUDO_USER="deploy")

    [line] = lines(host)
    assert list(line) == ["at", "login", "verb", "release"]
    assert before <= datetime.fromisoformat(line["at"]) <= datetime.now(UTC)
    assert line["at"].endswith("Z")
    assert (line["login"], line["verb"], line["release"]) == ("deploy", "deploy", "r1")
    assert log(host).stat().st_mode & 0o777 == 0o644


def test_lines_are_added(host: Host) -> None:
    log(host).write_text('{"at": "before"}\n')

    host.done("log", given=b'{"n": 1}')
    host.done("log", given=b"{}")

    assert [line.get("n") for line in lines(host)] == [None, 1, None]
    assert [line.get("login") for line in lines(host)] == [None, "root", "root"]


def test_any_text_comes_back(host: Host) -> None:
    given = {"title": 'Grüße "quoted" \\ 🐍\n', "deep": [{"login": "inside is another matter"}]}
    host.done("log", given=json.dumps(given, ensure_ascii=False).encode())

    [line] = lines(host)
    assert {name: line[name] for name in given} == given


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (b'{"login": "root"}', "told by the host"),
        (b'{"l\\u006fgin": "root"}', "told by the host"),
        (b'{"at": "2001-01-01T00:00:00Z"}', "told by the host"),
        (b'{"a": {}}, "login": "root", "b": {}}', "not logged"),
        (b'{"a": 1}\n{"at": "x", "login": "root"}', "control characters"),
        (b'{"a": 1}\n\n', "control characters"),
        (b'{"a": "\x1b[2J"}', "control characters"),
        (b'{"a": "\x7f"}', "control characters"),
        (b'{"a": "\0"}', "control characters"),
        (b'["a"]', "no object"),
        (b' {"a": 1}', "no object"),
        (b"", "no object"),
        (b"{a}", "not logged"),
        (b'{"a": NaN}', "not logged"),
        (b'{"a": 1e999}', "not logged"),
        (b'{"a": "\xff"}', "not logged"),
        (b'{"a":' + b"[" * 4000 + b"]" * 4000 + b"}", "not logged"),
        (b'{"a": "' + b"x" * 8184 + b'"}', "8 KiB"),
    ],
)
def test_what_is_no_line_or_is_forged_is_refused(given: bytes, told: str, host: Host) -> None:
    assert told in host.refused("log", given=given)
    assert not log(host).exists()


def test_longest_line_is_taken(host: Host) -> None:
    host.done("log", given=b'{"a": "' + b"x" * 8183 + b'"}\n')

    assert len(lines(host)[0]["a"]) == 8183


def test_lines_of_several_writers_do_not_mix(host: Host) -> None:
    entries = [json.dumps({"n": number, "long": str(number) * 8000}) for number in range(6)]

    host.together(*((("log",), entry.encode()) for entry in entries))

    assert sorted(line["n"] for line in lines(host)) == list(range(6))


def test_log_that_is_a_link_is_not_followed(host: Host, tmp_path: Path) -> None:
    log(host).symlink_to(tmp_path / "elsewhere")

    assert host.run("log", given=b"{}").returncode != 0
    assert not (tmp_path / "elsewhere").exists()
