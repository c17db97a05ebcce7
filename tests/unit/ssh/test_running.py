"""A command's output as it comes, its silence and its end: without a host."""

from types import SimpleNamespace

import pytest

from understudy.commands.on_host import MARK
from understudy.ssh import running
from understudy.ssh.running import Answer, OtherAnswer, Output, Silence


def pieces(text: bytes, size: int) -> list[bytes]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("greeting", ["", "Welcome!\n", "no line end: "])
@pytest.mark.parametrize(("session", "number"), [("4711", 4711), ("", 0), ("none", 0)])
def test_only_output_after_the_marker_is_the_commands(
    size: int, greeting: str, session: str, number: int
) -> None:
    answer = Answer()
    sent = f"{greeting}{MARK}{session}\nits own\n{MARK}1\n".encode()

    printed = b"".join(map(answer.take, pieces(sent, size)))

    assert printed == f"its own\n{MARK}1\n".encode()
    assert (answer.begun, answer.session) == (True, number)
    answer.must_have_begun()


@pytest.mark.parametrize("text", ["", "This account is not available.\n", MARK[:-1], f"{MARK}47"])
def test_output_without_a_marker_is_not_the_commands(text: str) -> None:
    answer = Answer()

    assert answer.take(text.encode()) == b""
    with pytest.raises(OtherAnswer) as raised:
        answer.must_have_begun()

    assert (answer.begun, raised.value.args) == (False, (text,))


def test_endless_greeting_is_given_up() -> None:
    answer = Answer()
    assert answer.take(2**20 * b"y") == b""

    with pytest.raises(OtherAnswer):
        answer.take(b"y")


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_output_is_kept_whole_and_passed_on_by_lines(size: int) -> None:
    lines: list[str] = []
    output = Output(lines.append)
    sent = f"{MARK}1\ngrüße\n\nlast".encode() + b"\xff\nno end"

    for piece in pieces(sent, size):
        output.take(piece)

    assert lines == ["grüße", "", "last\ufffd"]
    assert output.text == "grüße\n\nlast\ufffd\nno end"


def test_silence_is_reported_less_and_less_often_until_there_is_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(running, "time", SimpleNamespace(monotonic=lambda: now))
    silence = Silence(60)
    reported = {}

    for second in range(1, 500):
        now = 1000.0 + second
        if seconds := silence.after(b"x" if second == 300 else b""):
            reported[second] = seconds

    assert reported == {60: 60, 120: 120, 240: 240, 360: 60, 420: 120}


class Channel:
    """A command's end of a connection: what it has printed, and how far it has come.

    closes: it's closed at its end. Without that a process left behind may hold its output open.
    """

    def __init__(self, out: bytes, err: bytes, *, closes: bool) -> None:
        self.out, self.err = pieces(out, 2), pieces(err, 2)
        self.closed = self.eof_received = closes

    def recv_ready(self) -> bool:
        return bool(self.out)

    def recv_stderr_ready(self) -> bool:
        return bool(self.err)

    def recv(self, size: int) -> bytes:
        return self.out.pop(0)

    def recv_stderr(self, size: int) -> bytes:
        return self.err.pop(0)

    def exit_status_ready(self) -> bool:
        return True


@pytest.mark.parametrize(("closes", "seconds"), [(True, 0), (False, 5)])
def test_output_ends_with_the_command_or_soon_after(
    closes: bool, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1000.0

    def wait(*_: object) -> None:
        nonlocal clock
        clock += 0.1

    monkeypatch.setattr(running, "time", SimpleNamespace(monotonic=lambda: clock))
    monkeypatch.setattr(running, "select", SimpleNamespace(select=wait))
    channel = Channel(b"printed", b"errors", closes=closes)

    both = list(running.outputs(channel))  # type: ignore[arg-type]

    assert b"".join(out for out, _ in both) == b"printed"
    assert b"".join(err for _, err in both) == b"errors"
    assert seconds <= clock - 1000 < seconds + 0.3


def test_line_that_arrives_in_pieces_is_passed_on_once() -> None:
    lines: list[str] = []
    output = Output(lines.append)

    for piece in (MARK[:3], f"{MARK[3:]} 7\non", "e\ntw", "o\n", "\nthree"):
        output.take(piece.encode())

    assert lines == ["one", "two", ""]
