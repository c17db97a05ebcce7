"""How long phases took is kept from run to run; losing it does no harm."""

from pathlib import Path

import pytest

from understudy.rehearsal.timings import Timings


def test_durations_are_kept_for_the_next_run(tmp_path: Path) -> None:
    timings = Timings(tmp_path / "state" / "timings.json")
    timings.keep({"up": 1.23, "deploy": 4})
    timings.keep({"deploy": 5})
    assert timings.earlier() == {"up": 1.2, "deploy": 5.0}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"up": "soon"}', '{"up": null}'])
def test_broken_timings_file_counts_as_missing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "timings.json"
    file.write_text(text)
    assert Timings(file).earlier() == {}
