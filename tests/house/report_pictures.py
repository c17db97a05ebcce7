"""Pictures of a report page, or of the history: on a desktop, on a phone, in the dark.

`python -m tests.house.report_pictures FOLDER NAME…` makes them of the records in tests/unit/records.py.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.house import page_picture
from tests.house.page_picture import SCREENS, first_screen
from tests.unit.fakes import TEMPLATES
from tests.unit.records import FAILED, PASSED
from understudy.report import store
from understudy.report.gallery import Picture
from understudy.report.page import render
from understudy.report.record import Record, Verdict


def photograph(url: str, name: str, folder: Path) -> list[Path]:
    """The first screen of a page on each of SCREENS, as folder/name-SCREEN.png."""
    with page_picture.browser() as browser:
        return [
            first_screen(browser, url, folder / f"{name}-{screen}.png", screen)
            for screen in SCREENS
        ]


def photograph_record(
    record: Record, pictures: Sequence[Picture], name: str, folder: Path
) -> list[Path]:
    """As photograph(), of the page of a record, which is kept as folder/name.html."""
    page = folder / f"{name}.html"
    page.write_text(render(TEMPLATES, record, pictures), encoding="utf-8")
    return photograph(page.as_uri(), name, folder)


def draw(reports: Path, images: Path) -> None:
    """README's pictures: of the newest rehearsal that passed, and of the newest one that failed."""
    written = [one for one in store.list_all(reports) if one.verb == "rehearse"]
    passed = next(one for one in written if one.verdict == Verdict.PASSED)
    failed = next(one for one in written if one.verdict == Verdict.FAILED)
    with page_picture.browser() as browser:
        for screen in ("desktop", "phone", "dark"):
            first_screen(browser, passed.page.as_uri(), images / f"report-{screen}.png", screen)
        first_screen(browser, failed.page.as_uri(), images / "report-failed.png", "desktop")
    for file in images.glob("report-*.png"):
        page_picture.shrink(file)


if __name__ == "__main__":
    for sample in sys.argv[2:]:
        record = {"passed": PASSED, "failed": FAILED}[sample]
        print(*photograph_record(record, [], sample, Path(sys.argv[1])), sep="\n")
