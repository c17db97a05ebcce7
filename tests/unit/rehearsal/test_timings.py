"""How long phases took is kept from run to run, and lost without harm."""

from pathlib import Path

import pytest

from understudy.rehearsal.timings import Timings


def test_durations_are_kept_for_the_next_run(tmp_path: Path) -> None:
    timings = Timings(tmp_path / "state" / "timings.json")
    with timings.taken("up"):
        pass
    with timings.taken("deploy"):
        pass
    assert set(timings.earlier()) == {"up", "deploy"}


def test_failed_phase_is_not_timed(tmp_path: Path) -> None:
    timings = Timings(tmp_path / "timings.json")
    with pytest.raises(ValueError), timings.taken("up"):
        raise ValueError
    assert timings.earlier() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"up": "soon"}', '{"up": null}'])
def test_broken_timings_file_counts_as_missing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "timings.json"
    file.write_text(text)
    assert Timings(file).earlier() == {}
