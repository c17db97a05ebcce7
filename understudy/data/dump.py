"""Checks the gzipped SQL of a host's data as it arrives, without keeping it. Pure."""

import codecs
import re
import zlib
from collections.abc import Iterator, Mapping

from understudy.data.queries.reading import END
from understudy.errors import StepFailed

# How much of the text's end is kept: the rows of the tables are counted there.
_KEPT = 1 << 20
_LINE = 200
_TABLE = re.compile(r"^-- table (.*)$", re.MULTILINE)
_ROWS = re.compile(r"-- rows (\d+) (.*)")
_AGAIN = (
    "Run the same command again. If it breaks off at the same place, look at the host's own logs."
)


class Dump:
    """Takes the gzipped text piece by piece. Raises StepFailed if it's no such text."""

    def __init__(self) -> None:
        self._unzip = zlib.decompressobj(wbits=31)
        self._decode = codecs.getincrementaldecoder("utf-8")()
        self._end = ""
        self._table = ""

    def take(self, piece: bytes) -> None:
        try:
            text = self._unzip.decompress(piece)
        except zlib.error as error:
            raise StepFailed(
                "the data from the host is damaged", details=str(error), hint=_AGAIN
            ) from None
        try:
            self._check(self._decode.decode(text))
        except UnicodeDecodeError as error:
            self._check(text[: error.start].decode(errors="replace"))
            raise StepFailed(
                f"table {self._table} has text that is not UTF-8",
                hint="Fix the text in the app, or give its column a rule that replaces the text.",
            ) from None

    def _check(self, text: str) -> None:
        # A line may come in two pieces.
        for found in _TABLE.finditer(self._end[-_LINE:] + text):
            self._table = found.group(1)
        self._end = (self._end + text)[-_KEPT:]

    @property
    def table(self) -> str:
        """The last table of which something has arrived."""
        return self._table

    @property
    def whole(self) -> bool:
        return self._unzip.eof and self._end.endswith(f"\n{END}\n")

    def finish(self) -> Mapping[str, int]:
        """The number of rows in each table. Raises StepFailed if the end is missing."""
        if not self.whole:
            raise StepFailed(
                f"the data breaks off in table {self._table}" if self._table else "no data came",
                hint=_AGAIN,
            )
        return dict(_rows_before_the_end(self._end.removesuffix(f"{END}\n")))


def _rows_before_the_end(text: str) -> Iterator[tuple[str, int]]:
    """Only the last lines: before them the app's own texts may look the same."""
    for line in reversed(text.splitlines()):
        found = _ROWS.fullmatch(line)
        if not found:
            return
        yield found.group(2), int(found.group(1))
