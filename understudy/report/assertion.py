"""The output of a failed test -> what of it says why: the assertion, its message, its place. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

# pytest's: a line with the place ends what it shows of each function, the test's own first.
_PLACE = re.compile(r"(?P<file>[^\s:]+\.\w+):(?P<line>\d+): ?(?P<what>.*)")
# Addresses in the driver of the browser.
_NATIVE = re.compile(r"E +(?:Stacktrace:|#\d+ 0x[0-9a-f]+ .*)?$")
# Of errors in a row, the last one ended the test.
_CHAIN = re.compile(
    r"^(?:During handling of the above exception|The above exception was the direct cause).*$",
    re.MULTILINE,
)
_MOST_LINES, _LONGEST = 12, 300
# A shorter message may be part of a line by chance.
_A_SENTENCE = 20


@dataclass(frozen=True)
class Assertion:
    """source: the lines that failed. message: pytest's lines with an E, without it; of another runner, the
    begin of what it wrote. place: "tests/test_x.py:31", "" if that is not known. called_from: where the test
    itself was then, "" if `place` is there.
    """

    source: str
    message: str
    place: str
    called_from: str = ""


@dataclass(frozen=True)
class _Frame:
    place: str
    source: str
    is_own: bool


def assertion(test: Mapping[str, Any]) -> Assertion:
    """test: one of the attachment "tests" that failed; see docs/report.schema.json."""
    lines = _CHAIN.split(str(test.get("text") or ""))[-1].splitlines()
    frames = list(_frames(lines))
    own = [frame for frame in frames if frame.is_own] or frames
    message = _message(lines) or [str(test.get("message") or ""), *lines[: _MOST_LINES // 2]]
    shown = _shortened([line for number, line in enumerate(message) if line or number])
    if not own:
        return Assertion("", shown, "")
    last, first = own[-1], own[0]
    called_from = first.place if first.place != last.place else ""
    return Assertion(last.source, shown, last.place, called_from)


def _frames(lines: list[str]) -> Iterator[_Frame]:
    """The functions that pytest shows, the test's own first."""
    source: list[str] = []
    for number, line in enumerate(lines):
        if line.startswith(">"):
            source = [" " + line[1:], *_until_message(lines[number + 1 :])]
        elif found := _PLACE.fullmatch(line):
            # Of an error while the module is imported, the source is below.
            below = found["what"].startswith("in ")
            shown = lines[number + 1 : number + 2] if below else source
            text = dedent("\n".join(shown)).strip()
            yield _Frame(f"{found['file']}:{found['line']}", text, _is_own(found["file"]))
            source = []


def _until_message(lines: list[str]) -> Iterator[str]:
    """The rest of a statement of several lines."""
    for line in lines:
        if not line.strip() or line.startswith("E") or _PLACE.fullmatch(line):
            return
        if line.strip(" ^~"):
            yield line


def _is_own(file: str) -> bool:
    return not re.search(r"(^|/)(site|dist)-packages/|(^|/)lib/python3|^<|^\.\./\.\./", file)


def _message(lines: list[str]) -> list[str]:
    """The last block of lines with an E: of errors in a row, the last one ended the test."""
    block: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if re.match(r"E( |$)", line):
            block = [*(block if re.match(r"E( |$)", before) else []), line]
    kept = [line[1:] for line in block if not _NATIVE.fullmatch(line)]
    return list(_said_once(dedent("\n".join(kept)).splitlines()))


def _said_once(lines: list[str]) -> Iterator[str]:
    """Without those that only repeat the message of an assertion, or of pytest.fail()."""
    for number, line in enumerate(lines):
        said = lines[0].partition(": ")[2]
        repeats = line == said or (line.startswith("assert ") and said in line)
        if not (number and len(said) >= _A_SENTENCE and repeats):
            yield line


def _shortened(lines: list[str]) -> str:
    cut = [line if len(line) <= _LONGEST else line[:_LONGEST] + " …" for line in lines]
    return "\n".join(cut if len(cut) <= _MOST_LINES else [*cut[:_MOST_LINES], "…"]).strip()
