"""The SQL from a host is checked as it arrives."""

import gzip

import pytest

from understudy.data.dump import Dump
from understudy.errors import StepFailed

TEXT = """CREATE TABLE a (b)
;
-- table a
;
INSERT INTO "a" ("b") VALUES ('ä')
,('two lines
-- rows 7 a
-- end
')
;
-- rows 2 a
-- rows 0 b c
-- end
"""


def taken(text: bytes, piece: int = 7) -> Dump:
    dump = Dump()
    for start in range(0, len(text), piece):
        dump.take(text[start : start + piece])
    return dump


@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_rows_are_counted_at_the_end_whatever_the_app_has_written(piece: int) -> None:
    dump = taken(gzip.compress(TEXT.encode()), piece)

    assert dump.finish() == {"a": 2, "b c": 0}


@pytest.mark.parametrize("cut", [1, 9, 60])
def test_data_without_its_end_is_refused(cut: int) -> None:
    with pytest.raises(StepFailed, match="breaks off"):
        taken(gzip.compress(TEXT.encode())[:-cut]).finish()


def test_data_that_breaks_off_names_the_table() -> None:
    with pytest.raises(StepFailed, match="breaks off in table a"):
        taken(gzip.compress(TEXT.removesuffix("-- end\n").encode())).finish()


def test_nothing_is_no_data() -> None:
    with pytest.raises(StepFailed, match="no data came"):
        Dump().finish()


def test_noise_is_damaged() -> None:
    with pytest.raises(StepFailed, match="damaged"):
        taken(b"sudo: a password is required")


@pytest.mark.parametrize("piece", [3, 10_000])
def test_text_in_another_encoding_is_reported_with_its_table_and_never_shown(piece: int) -> None:
    text = TEXT.replace("ä", "Ann of \xe9").encode("latin-1")

    with pytest.raises(StepFailed, match="table a has text that is not UTF-8") as raised:
        taken(gzip.compress(text), piece)

    assert "Ann" not in str(raised.value)
