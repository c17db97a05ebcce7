"""What `logs` reads of nginx's files on a host, by its own shell, awk and grep."""

import gzip
import os
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from understudy.commands import nginx_logs
from understudy.host import journal
from understudy.host.journal import LogLine

pytestmark = pytest.mark.usefixtures("clock")
OLD = '192.0.2.1 - - [27/Nov/2026:23:59:58 +0000] "GET /old HTTP/1.1" 200 1'
FIRST = '192.0.2.1 - - [28/Nov/2026:10:00:00 +0000] "GET /first HTTP/1.1" 200 1'
ERROR = "2026/11/28 10:00:01 [error] 7#7: *1 connect() failed (111: Connection refused)"
LAST = '192.0.2.1 - - [28/Nov/2026:10:00:02 +0000] "GET /Last HTTP/1.1" 502 1'


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def files(tmp_path: Path) -> Sequence[Any]:
    access, error = tmp_path / "shop.access.log", tmp_path / "shop.error.log"
    access.write_text(f"{FIRST}\n{LAST}\n")
    error.write_text(f"{ERROR}\n")
    (tmp_path / "shop.access.log.1").write_text(f"{OLD}\n")
    with gzip.open(tmp_path / "shop.access.log.2.gz", "wt") as packed:
        packed.write(OLD.replace("27/Nov", "26/Nov").replace("old", "older") + "\n")
    return error, access


def read(files: Sequence[Any], **choice: Any) -> list[LogLine]:
    argv = nginx_logs.read(files, **{"lines": None, **choice})
    done = subprocess.run(
        argv, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    return [line for text in done.stdout.splitlines() for line in journal.parse_file(text, "a")]


def words(found: Sequence[LogLine]) -> list[str]:
    return [line.text.split()[4 if "GET" in line.text else 3] for line in found]


def test_lines_of_all_files_come_by_time_without_theirs(files: Sequence[Any]) -> None:
    found = read(files, lines=3)

    assert [line.text for line in found] == [
        '192.0.2.1 - - "GET /first HTTP/1.1" 200 1',
        "[error] 7#7: *1 connect() failed (111: Connection refused)",
        '192.0.2.1 - - "GET /Last HTTP/1.1" 502 1',
    ]
    assert found[1].time == datetime(2026, 11, 28, 10, 0, 1, tzinfo=UTC)
    assert [line.priority for line in found] == [6, 3, 6]


def test_without_a_time_those_of_yesterday_count_too(files: Sequence[Any]) -> None:
    assert words(read(files)) == ["/old", "/first", "connect()", "/Last"]


def test_since_a_time_packed_files_count_too(files: Sequence[Any]) -> None:
    since = datetime(2026, 11, 27, 23, 59, 59, tzinfo=UTC)
    assert words(read(files, since=since)) == ["/first", "connect()", "/Last"]
    earlier = datetime(2026, 11, 26, tzinfo=UTC)
    assert words(read(files, since=earlier))[:2] == ["/older", "/old"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("last", ["/Last"]),
        ("Last", ["/Last"]),
        ("LAST", []),
        (r"\b(502|111)\b", ["connect()", "/Last"]),
    ],
)
def test_pattern_is_that_of_journalctl(
    pattern: str, found: list[str], files: Sequence[Any]
) -> None:
    assert words(read(files, grep=pattern)) == found


def test_files_that_are_not_there_have_no_line(tmp_path: Path) -> None:
    assert read([tmp_path / "shop.error.log"]) == []
    assert read([tmp_path / "shop.error.log"], since=datetime.now(UTC)) == []


def test_lines_that_follow_come_at_once_and_end_with_the_connection(files: Sequence[Any]) -> None:
    argv = nginx_logs.read(files, lines=1, follow=True)
    # sshd starts each command in a session of its own.
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdin
    assert process.stdout
    with process:
        first = process.stdout.readline()
        time.sleep(0.3)
        with Path(files[1]).open("a") as access:
            access.write(LAST.replace("/Last", "/new") + "\n")
        second = process.stdout.readline()
        process.stdin.close()
        process.wait(timeout=5)

    assert "/Last" in first
    assert "/new" in second
    assert has_gone(process.pid)


def has_gone(group: int) -> bool:
    """Whether all processes of a group end within some seconds."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_log_of_postgresql_is_found_by_its_pattern(tmp_path: Path) -> None:
    """Its name has the server's version."""
    lines = (
        "2026-11-28 10:00:01.740 UTC [80] LOG:  checkpoint starting: time",
        '2026-11-28 10:00:02.000 UTC [91] shop@shop ERROR:  relation "x" does not exist at character 15',
        "2026-11-28 10:00:02.000 UTC [91] shop@shop STATEMENT:  SELECT x FROM x",
    )
    (tmp_path / "postgresql-15-main.log").write_text("".join(f"{line}\n" for line in lines))

    found = read([tmp_path / "*.log"])

    assert [line.text for line in found] == [line.split(" UTC ")[1] for line in lines]
    assert [line.priority for line in found] == [6, 3, 6]
    assert found[0].time == datetime(2026, 11, 28, 10, 0, 1, tzinfo=UTC)
    assert journal.files("shop", "postgresql") == nginx_logs.POSTGRESQL
