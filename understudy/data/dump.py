"""What comes of reading a host's data: gzipped SQL, looked through on its way, without keeping it. Pure."""

import codecs
import re
import zlib
from collections.abc import Iterator, Mapping

from understudy.data.queries.reading import END
from understudy.errors import StepFailed

# Of the text's end so much is kept; the tables' rows are told there.
_KEPT = 1 << 20
_LINE = 200
_TABLE = re.compile(r"^-- table (.*)$", re.MULTILINE)
_ROWS = re.compile(r"-- rows (\d+) (.*)")
_AGAIN = "Run the same command again; if it ends at the same place, look at the host's own logs."


class Dump:
    """Takes the gzipped text piece by piece; raises StepFailed if it's no such text."""

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
                "what the host sends is damaged", details=str(error), hint=_AGAIN
            ) from None
        try:
            self._look_at(self._decode.decode(text))
        except UnicodeDecodeError as error:
            self._look_at(text[: error.start].decode(errors="replace"))
            raise StepFailed(
                f"table {self._table} has text that is not UTF-8",
                hint="Mend the text in the app, or give its column a rule that makes another one.",
            ) from None

    def _look_at(self, text: str) -> None:
        # A line may come in two pieces.
        for found in _TABLE.finditer(self._end[-_LINE:] + text):
            self._table = found.group(1)
        self._end = (self._end + text)[-_KEPT:]

    @property
    def table(self) -> str:
        """The last one of which something came."""
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
    """Only those lines: further up, the app's own texts may look the same."""
    for line in reversed(text.splitlines()):
        found = _ROWS.fullmatch(line)
        if not found:
            return
        yield found.group(2), int(found.group(1))
