"""The history of runs in reports/: index.html, and a cache of what it is made from."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from understudy.paths import Overlay
from understudy.report import history, history_page
from understudy.report.history import Entry

INDEX, CACHE = "index.html", ".history.json"


def read(folder: Path, reports: Sequence[Path], changed: str = "") -> list[Entry]:
    """The entries of these complete reports, in their order; none of a damaged one, or one of a run that never
    began.

    folder: reports/. Of a report that the cache does not know yet, or is called `changed`, report.json is read.
    """
    known = _cached(folder / CACHE)
    known.pop(changed, None)
    return [
        entry
        for report in reports
        for entry in ([known[report.name]] if report.name in known else _of_report(report))
    ]


def write(folder: Path, templates: Overlay, reports: Sequence[Path], changed: str = "") -> None:
    """Writes the page about these reports, and the cache. reports: the newest first. changed: as in read().

    Both are replaced by a rename, so that each is whole at every moment. Raises OSError.
    """
    entries = read(folder, reports, changed)
    _replace(folder / CACHE, json.dumps([asdict(one) for one in entries]) + "\n")
    _replace(folder / INDEX, history_page.render(templates, entries))


def _cached(file: Path) -> dict[str, Entry]:
    try:
        found = [Entry(**one) for one in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        # There is none yet, or another version of Understudy wrote it.
        return {}
    return {one.name: one for one in found}


def _of_report(report: Path) -> Iterator[Entry]:
    try:
        data = json.loads((report / "report.json").read_text(encoding="utf-8"))
        if history.has_run(data):
            yield history.entry(report.name, data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return


def _replace(file: Path, text: str) -> None:
    new = file.with_name(f".{file.name}-{os.getpid()}")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(file)
