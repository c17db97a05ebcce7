"""The directory reports/: one report written, the newest kept, the last one found."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from understudy.local import private
from understudy.report import junit, page
from understudy.report.record import Record, Verdict

KEPT = 20
LATEST = "latest"
# Of a report that isn't whole yet, or never will be.
NEW = ".new"


@dataclass(frozen=True)
class Written:
    """A report that is there. began: ISO 8601, UTC."""

    directory: Path
    began: str
    verb: str
    target: str
    verdict: str
    seconds: float

    @property
    def page(self) -> Path:
        return self.directory / "index.html"


def write(folder: Path, templates: Path, record: Record, pages: Path) -> Path:
    """Writes a report; it is `latest` once it is whole. Returns its page.

    pages: a directory with the screenshots of this run. Raises OSError.
    """
    directory = _free(folder, _name(record))
    new = directory.with_name(directory.name + NEW)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new.mkdir(mode=0o700)
    baseline = _baseline(folder)
    _write_data(new, record)
    if "pages" in record.attachments and pages.is_dir():
        shutil.copytree(pages, new / "pages")
    shown = _pictures(new / "pages", baseline)
    (new / "index.html").write_text(page.render(templates, record, shown), encoding="utf-8")
    private.close_all(new)
    new.rename(directory)
    _point(folder / LATEST, directory.name)
    _prune(folder)
    return directory / "index.html"


def _pictures(pages: Path, baseline: Path | None) -> list[page.Picture]:
    if not pages.is_dir():
        return []
    # Most runs have none, and what reads pictures takes long to import.
    from understudy.report import screenshots

    return screenshots.gather(pages, baseline)


def latest(folder: Path) -> Written | None:
    """The newest report, None if there is none."""
    return next(iter(list_all(folder)), None)


def list_all(folder: Path) -> list[Written]:
    """All that are whole, the newest first."""
    return [written for path in _directories(folder) for written in _read(path)]


def _name(record: Record) -> str:
    """Sorted by name they are sorted by time."""
    time = record.began[:19].replace("-", "").replace(":", "").replace("T", "-")
    return f"{time}-{record.verb}-{record.target}"


def _free(folder: Path, name: str) -> Path:
    """Two runs may begin within a second."""
    taken = {path.name.removesuffix(NEW) for path in _directories(folder)}
    names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return folder / next(free for free in names if free not in taken)


def _directories(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.name[:1].isdigit() and path.is_dir()]
    return sorted(found, reverse=True)


def _read(directory: Path) -> Iterator[Written]:
    """The report in a directory, or none: one may have been taken apart by hand."""
    if directory.suffix == NEW:
        return
    try:
        data = json.loads((directory / "report.json").read_text(encoding="utf-8"))
        words = (data[key] for key in ("began", "verb", "target", "verdict", "seconds"))
        yield Written(directory, *words)
    except (OSError, ValueError, KeyError, TypeError):
        return


def _baseline(folder: Path) -> Path | None:
    """The screenshots of the newest passed rehearsal."""
    for written in list_all(folder):
        shown = written.directory / "pages"
        if (written.verb, written.verdict) == ("rehearse", Verdict.PASSED) and shown.is_dir():
            return shown
    return None


def _write_data(new: Path, record: Record) -> None:
    (new / "report.json").write_text(_json(record.to_json()), encoding="utf-8")
    (new / "junit.xml").write_text(junit.to_xml(record), encoding="utf-8")
    if "receipt" in record.attachments:
        (new / "receipt.json").write_text(_json(record.attachments["receipt"]), encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"


def _point(link: Path, name: str) -> None:
    """By a rename: there is no moment without a latest report."""
    new = link.with_name(f".{LATEST}-{os.getpid()}")
    new.unlink(missing_ok=True)
    new.symlink_to(name)
    new.replace(link)


def _prune(folder: Path) -> None:
    for path in _directories(folder)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
