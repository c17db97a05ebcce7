"""Pieces of a program's output -> its lines, as they come. Pure."""

import codecs
from collections.abc import Callable
from typing import Self


class Lines:
    """on_line is called with each line once it is whole; with the last one, which may have no end, when the
    block ends. text: all of it. bytes: how many were taken.
    """

    def __init__(self, on_line: Callable[[str], None] = lambda line: None) -> None:
        self.text, self.bytes = "", 0
        self._on_line, self._rest = on_line, ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._rest:
            self._on_line(self._rest)
            self._rest = ""

    def take(self, piece: bytes) -> None:
        text = self._decode(piece)
        self.bytes += len(piece)
        self.text += text
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._on_line(line)
