"""Lines of an output that comes in pieces."""

from understudy.local.lines import Lines


def test_each_line_comes_once_it_is_whole() -> None:
    heard: list[str] = []

    with Lines(heard.append) as lines:
        lines.take(b"one\ntw")
        assert heard == ["one"]
        lines.take("o \u00e9".encode()[:-1])
        lines.take("\u00e9".encode()[-1:] + b"\n\nlast")
        assert heard == ["one", "two \u00e9", ""]

    assert heard[-1] == "last"
    assert lines.text == "one\ntwo \u00e9\n\nlast"


def test_nothing_is_no_line() -> None:
    heard: list[str] = []

    with Lines(heard.append) as lines:
        lines.take(b"")

    assert (heard, lines.bytes) == ([], 0)
