"""`make pictures`: rehearses in a terminal, and makes README's pictures and the sample report of that.

What the VM mirrors must answer, or the pictures show skipped phases.
"""

import os
import pty
import sys
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text
from selenium import webdriver

from tests.house.report_pictures import alone

TOP = Path(__file__).resolve().parents[2]
IMAGES, SAMPLE = TOP / "docs" / "images", TOP / "docs" / "sample-report" / "index.html"
REHEARSE = ["python", "deploy.py", "rehearse"]
COLUMNS, LINES = 104, 300


def in_terminal(argv: list[str]) -> pyte.Screen:
    """The screen of a terminal in which a program has run. Its output is shown meanwhile."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)

    def read(terminal: int) -> bytes:
        data = os.read(terminal, 4096)
        stream.feed(data)
        return data

    os.environ |= {"COLUMNS": str(COLUMNS), "LINES": "40", "TERM": "xterm-256color"}
    pty.spawn(argv, read)
    return screen


def as_text(screen: pyte.Screen) -> Text:
    lines = [
        Text.assemble(*((char.data, _style(char)) for char in (row[x] for x in range(COLUMNS))))
        for row in (screen.buffer[y] for y in range(LINES))
    ]
    for line in lines:
        line.rstrip()
    while lines and not lines[-1]:
        lines.pop()
    return Text("\n").join(lines)


def _style(char: pyte.screens.Char) -> Style:
    color = {"default": None, "brown": "yellow"}.get(char.fg, char.fg)
    return Style(color=color, bold=char.bold)


def without_place(text: str) -> str:
    """Where this project lies is of this machine."""
    return text.replace(str(TOP), "~/project")


def draw(text: Text, file: Path) -> None:
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    console.print(Text("$ " + " ".join(REHEARSE), style="bold"))
    console.print(text, soft_wrap=True)
    file.write_text(without_place(console.export_svg(title="a rehearsal")))


def photograph(url: str, file: Path, width: int, height: int) -> None:
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", f"--window-size={width},{height}"):
        options.add_argument(word)
    with webdriver.Chrome(options=options) as browser:
        browser.get(url)
        browser.save_screenshot(str(file))


def main() -> None:
    screen = in_terminal([sys.executable, *REHEARSE[1:]])
    draw(as_text(screen), IMAGES / "rehearse.svg")
    report = TOP / "reports" / "latest" / "index.html"
    SAMPLE.write_text(alone(without_place(report.read_text())))
    photograph(SAMPLE.as_uri(), IMAGES / "report.png", 1000, 1037)
    print(f"Look at them: {IMAGES}, {SAMPLE}")


if __name__ == "__main__":
    main()
