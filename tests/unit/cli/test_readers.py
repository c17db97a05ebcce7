"""A reader of the output that ends early, such as `head`."""

import os
from pathlib import Path

import pytest

from understudy.cli import main, readers


def test_reader_that_has_ended_is_known() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as stream:
        assert not readers.has_gone(stream)
        os.close(read)
        assert readers.has_gone(stream)
        readers.silence(stream)
        print("what is left", file=stream)


def broken(*_: object) -> int:
    raise BrokenPipeError


def test_output_that_no_process_reads_ends_the_verb_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read, write = os.pipe()
    os.close(read)
    monkeypatch.setattr(main, "main", broken)
    with os.fdopen(write, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        with pytest.raises(SystemExit) as ended:
            main.run_process(["init"], tmp_path)

    assert ended.value.code == readers.GONE


def test_other_pipe_that_breaks_is_not_taken_for_the_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(main, "main", broken)
    with (tmp_path / "out").open("w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        with pytest.raises(BrokenPipeError):
            main.run_process(["plan"], tmp_path)
