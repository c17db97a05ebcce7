"""Each host and each process has a colour of its own."""

from rich.text import Text

from understudy.report.colours import Colours


def spans(colours: Colours, text: str, host: str, process: str) -> list[tuple[str, str]]:
    line = Text(text)
    colours.mark(line, host, process)
    return [(text[span.start : span.end], str(span.style)) for span in line.spans]


def test_names_keep_their_colours() -> None:
    colours, line = Colours(), "192.0.2.{}: 2024-02-01 12:00:01 {}: web: 192.0.2.7: x"

    first = spans(colours, line.format(7, "web"), "192.0.2.7", "web")
    second = spans(colours, line.format(8, "worker"), "192.0.2.8", "worker")

    assert first == [("192.0.2.7:", "cyan"), ("web:", "magenta")]
    assert second == [("192.0.2.8:", "blue"), ("worker:", "bright_cyan")]
    assert spans(colours, line.format(7, "web"), "192.0.2.7", "web") == first


def test_line_without_names_is_plain() -> None:
    assert spans(Colours(), "12:00:01 web: x", "", "") == []
