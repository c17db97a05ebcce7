"""A terminal without a screen, for tests: what is on it after a program has printed that."""

import pyte

LINES = 30


def screen(printed: str, columns: int) -> list[str]:
    """Its lines, without spaces at their ends and empty lines at the end."""
    terminal = pyte.Screen(columns, LINES)
    pyte.Stream(terminal).feed(printed.replace("\n", "\r\n"))
    return "\n".join(line.rstrip() for line in terminal.display).rstrip().split("\n")
