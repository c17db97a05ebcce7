"""What is measured, and on which machine."""

import re

from benchmarks import machine
from understudy import __version__


def test_source_of_figures_is_known() -> None:
    source = machine.source()

    assert source.version == __version__
    assert re.fullmatch(r"[0-9a-f]{7,}(-dirty)?", source.commit)
    assert "cores" in source.machine
