"""A release that is not healthy is noticed soon, stopped, and its journal shown."""

import shlex
import socket
from types import SimpleNamespace

import pytest

from tests.unit.fakes import OK, FakeConnection, failed, printed
from understudy.errors import StepFailed, Unreachable
from understudy.host import health
from understudy.host.actions import Start
from understudy.host.health import start_and_wait, wait_for_port
from understudy.ssh.connection import Result

NOTHING_YET = failed(errors="curl: (7) Failed to connect")
FAILED, STARTING = failed(), OK
CHECK = ("curl", "http://shop.test/health")
START = Start("start r1", "shop", "r1", (CHECK,), "shop", seconds=60)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds slept so far. Time passes only in sleep()."""
    sleeps: list[float] = []
    fake = SimpleNamespace(monotonic=lambda: sum(sleeps), sleep=sleeps.append)
    monkeypatch.setattr(health, "time", fake)
    return sleeps


def host(
    checks: list[Result], start: Result | None = None, is_recoverable: Result = STARTING
) -> FakeConnection:
    return FakeConnection(
        {
            **({"understudy-site shop start r1": start} if start else {}),
            "curl": checks,
            "ActiveState": is_recoverable,
            "journalctl": printed("ImportError: no module shop\n"),
        },
        ("understudy-site shop stop r1",),
    )


def commands(connection: FakeConnection) -> list[str]:
    words = {"site shop start": "start", "curl": "check", "journalctl": "journal", "stop": "stop"}
    known = [
        next((word for key, word in words.items() if key in note), "") for note in connection.notes
    ]
    return [word for word in known if word]


def failure(connection: FakeConnection) -> StepFailed:
    with pytest.raises(StepFailed, match="r1 is not healthy") as raised:
        start_and_wait(connection, START)
    assert commands(connection)[-2:] == ["journal", "stop"]
    assert "ImportError: no module shop" in raised.value.details
    return raised.value


def test_healthy_release_is_not_waited_for(clock: list[float]) -> None:
    connection = host([OK])

    start_and_wait(connection, START)

    [together] = connection.notes
    start, check = map(shlex.split, shlex.split(together)[-2:])
    assert start[-2:] == ["start", "r1"]
    assert check == ["sudo", "-n", "-u", "shop", "--", *CHECK]
    assert clock == []


def test_socket_that_is_not_there_yet_is_waited_for(clock: list[float]) -> None:
    connection = host([NOTHING_YET, NOTHING_YET, OK])

    start_and_wait(connection, START)

    assert commands(connection) == ["start", "check", "check"]
    assert 0 < sum(clock) < 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(failed("no such table", "curl: (22) error: 500"), id="with-a-page"),
        pytest.param(failed("", "curl: (22) error: 500"), id="with-an-empty-page"),
    ],
)
def test_error_of_the_app_fails_at_once(answer: Result, clock: list[float]) -> None:
    connection = host([answer])

    error = failure(connection)

    assert "check" not in commands(connection), "it is not asked again"
    assert answer.text in error.details
    assert clock == []


def test_service_that_has_failed_is_not_waited_for(clock: list[float]) -> None:
    connection = host([NOTHING_YET], is_recoverable=FAILED)

    failure(connection)

    assert clock == []


def test_start_that_fails_is_not_waited_for(clock: list[float]) -> None:
    connection = host([OK], failed(errors="Job for shop@r1.service failed."), FAILED)

    error = failure(connection)

    assert "check" not in commands(connection)
    assert "Job for shop@r1.service failed." in error.details


def test_release_that_never_answers_fails_at_its_deadline(clock: list[float]) -> None:
    failure(host([NOTHING_YET]))

    assert 60 <= sum(clock) < 61


def test_check_that_hangs_is_no_reason_to_wait_longer(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app accepts the connection and is not loaded yet: curl gives up after 20 s each time."""
    connection = host([failed(errors="curl: (28) Operation timed out")] * 9)
    run = connection.run

    def slow(*words: object, **options: object) -> Result:
        answer = run(*words, **options)  # type: ignore[arg-type]
        clock.append(20.0 if "timed out" in answer.errors else 0.0)
        return answer

    monkeypatch.setattr(connection, "run", slow)
    failure(connection)

    assert sum(clock) < START.seconds + 20


def test_long_error_page_is_cut_so_that_the_journal_shows(clock: list[float]) -> None:
    error = failure(host([failed("<p>" * 10_000, "curl: (22) error: 500")]))

    assert len(error.details) < 3000


def test_port_that_answers_ends_the_wait() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        wait_for_port("127.0.0.1", server.getsockname()[1], seconds=5)


def test_port_that_never_answers_is_unreachable_at_the_deadline(clock: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}") as raised:
        wait_for_port("127.0.0.1", port, seconds=5)

    assert 5 <= sum(clock) < 6
    assert raised.value.exit_code == 4
