"""The directory reports/: writes a report, lists the reports, removes old ones."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from understudy.local import private
from understudy.paths import Overlay
from understudy.report import history, history_store, junit, page
from understudy.report.gallery import Picture
from understudy.report.record import Record, Verdict

MOST_REPORTS = 20
LATEST = "latest"
# The suffix of a report that is not complete, or never will be because its run was killed.
INCOMPLETE = ".new"


@dataclass(frozen=True)
class WrittenReport:
    """A complete report on disk. seconds: of the run."""

    directory: Path
    began: datetime
    verb: str
    target: str
    verdict: str
    seconds: float

    @property
    def page(self) -> Path:
        return self.directory / "index.html"


def pictures(folder: Path, pages: Path) -> Sequence[Picture]:
    """The screenshots of a run, compared with those of the newest passed rehearsal. Takes seconds."""
    if not pages.is_dir():
        return ()
    # Most runs have no screenshots, and Pillow takes long to import.
    from understudy.report import screenshots

    return screenshots.gather(pages, _baseline(folder))


def write(
    folder: Path,
    templates: Overlay,
    record: Record,
    pages: Path,
    shown: Sequence[Picture] | None = None,
) -> Path:
    """Writes a report, which only its user may read. Returns the path of its page.

    folder: reports/. pages: a directory with the screenshots of the run. shown: what pictures() made of
    them, if it was called before. The link `latest` names the report once it is complete; the oldest of over
    20 reports are removed, and index.html in `folder` lists the others. Raises OSError if it can't be written.
    """
    directory = _unused(folder, _name(record))
    new = directory.with_name(directory.name + INCOMPLETE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new.mkdir(mode=0o700)
    if "pages" in record.attachments and pages.is_dir():
        shutil.copytree(pages, new / "pages")
    _fill(new, templates, record, shown)
    new.rename(directory)
    _link(folder / LATEST, directory.name)
    _prune(folder)
    write_history(folder, templates)
    return directory / "index.html"


def write_again(
    written: Path, templates: Overlay, record: Record, shown: Sequence[Picture] | None = None
) -> None:
    """Replaces a report that write() has just written by one of the same run, of which more is known now."""
    directory = written.parent
    new = directory.with_name(directory.name + INCOMPLETE)
    directory.rename(new)
    _fill(new, templates, record, shown)
    new.rename(directory)
    write_history(directory.parent, templates, changed=directory.name)


def write_history(folder: Path, templates: Overlay, changed: str = "") -> Path:
    """Writes the page about all runs that are kept, and returns its path. changed: a report that is another
    now than when it was added.
    """
    history_store.write(folder, templates, _complete(folder), changed)
    return folder / history_store.INDEX


def _fill(new: Path, templates: Overlay, record: Record, shown: Sequence[Picture] | None) -> None:
    """Writes all but the screenshots, which are there. It is no report yet, so none is compared with itself."""
    _write_data(new, record)
    if shown is None:
        shown = pictures(new.parent, new / "pages")
    runs = history_store.read(new.parent, _complete(new.parent))
    before = history.earlier(runs, record.verb, record.target, record.began)
    text = page.render(templates, record, shown, before, f"../{history_store.INDEX}")
    (new / "index.html").write_text(text, encoding="utf-8")
    private.close_all(new)


def latest(folder: Path) -> WrittenReport | None:
    """The newest complete report; None if there is none."""
    return next(iter(list_all(folder)), None)


def list_all(folder: Path) -> list[WrittenReport]:
    """All complete reports, the newest first."""
    return [written for path in _directories(folder) for written in _read(path)]


def _unused(folder: Path, name: str) -> Path:
    """A directory for the report; with a number if another run began in the same second."""
    taken = {path.name.removesuffix(INCOMPLETE) for path in _directories(folder)}
    names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return folder / next(name for name in names if name not in taken)


def _name(record: Record) -> str:
    """The name of a report's directory. Names sort by time."""
    time = record.began[:19].replace("-", "").replace(":", "").replace("T", "-")
    return f"{time}-{record.verb}-{record.target}"


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


def _link(link: Path, name: str) -> None:
    """Replaces the link by a rename, so that there is a latest report at every moment."""
    new = link.with_name(f".{LATEST}-{os.getpid()}")
    new.unlink(missing_ok=True)
    new.symlink_to(name)
    new.replace(link)


def _prune(folder: Path) -> None:
    for path in _directories(folder)[MOST_REPORTS:]:
        shutil.rmtree(path, ignore_errors=True)


def _directories(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.name[:1].isdigit() and path.is_dir()]
    return sorted(found, reverse=True)


def _complete(folder: Path) -> list[Path]:
    """The newest first."""
    return [path for path in _directories(folder) if path.suffix != INCOMPLETE]


def _read(directory: Path) -> Iterator[WrittenReport]:
    """The report in a directory; none if it is incomplete or was damaged."""
    if directory.suffix == INCOMPLETE:
        return
    try:
        data = json.loads((directory / "report.json").read_text(encoding="utf-8"))
        began = datetime.fromisoformat(data["began"]).astimezone(UTC)
        words = (data[key] for key in ("verb", "target", "verdict", "seconds"))
        yield WrittenReport(directory, began, *words)
    except (OSError, ValueError, KeyError, TypeError):
        return
