"""What the command line does with reports: write one of each run, open the latest, list them."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import INTERRUPTED, ConfigError, StepFailed
from understudy.paths import Project
from understudy.report.events import Report
from understudy.report.record import Record, Verdict, masked, with_texts_changed
from understudy.report.recorder import Recorder

if TYPE_CHECKING:
    from understudy.local.background import Background
    from understudy.report.gallery import Picture

VERDICTS = {0: Verdict.PASSED, INTERRUPTED: Verdict.INTERRUPTED}
# The verbs that print where their report is even if they passed.
ALWAYS_SHOWN = ("rehearse",)


def verdict(code: int) -> Verdict:
    return VERDICTS.get(code, Verdict.FAILED)


def recorder(report: Report, verb: str, target: str) -> Recorder:
    """A recorder of a run that begins now; it forwards every event to the given report."""
    return Recorder(report, verb, target, datetime.now(UTC).isoformat(), time.monotonic)


def prepare(project: Project, *, written: bool) -> None:
    """Makes ready what the end of a run needs, before it: no one waits for this while a host is asked.

    written: whether the run leaves a report.
    """
    from understudy.cli.known_secrets import known_secrets
    from understudy.report import terminal  # noqa: F401

    known_secrets(project)
    if written:
        from understudy.report import store  # noqa: F401


def run_and_write(
    project: Project,
    recorder: Recorder,
    run: Callable[[], int],
    change: Callable[[str], str] = str,
    afterwards: Callable[[Record, int, Path | None], bool] = lambda record, code, page: False,
) -> int:
    """Runs a verb that reports to the recorder, and writes the report of the run, however it ends.

    change: of each text in it, as in MaskingReport. afterwards: called with the record, the exit code and the
    report's page; if it returns True it has reported more, and the report is written again.

    Returns the exit code of `run`. After a wrong command line or deploy.yml (exit code 2) no report is
    written: nothing was begun.
    """
    code = StepFailed.exit_code
    begun: list[Background[Sequence[Picture]]] = []
    recorder.prepare_report = lambda: _prepare_meanwhile(project)
    recorder.prepare_pictures = lambda: begun.append(_compare_pictures(project))
    try:
        code = run()
    finally:
        if code != ConfigError.exit_code:
            record = _recorded(recorder, code, change)
            page = write(project, record, recorder.report, begun)
    if code != ConfigError.exit_code and afterwards(record, code, page) and page:
        record = _recorded(recorder, code, change)
        write(project, record, recorder.report, begun, again=page)
    return code


def _recorded(recorder: Recorder, code: int, change: Callable[[str], str]) -> Record:
    record = recorder.record(verdict(code))
    return with_texts_changed(record, change)  # type: ignore[no-any-return]


def write(
    project: Project,
    record: Record,
    report: Report,
    begun: "Sequence[Background[Sequence[Picture]]]" = (),
    again: Path | None = None,
) -> Path | None:
    """Writes a run's report. A failure is only a warning: the exit code is the run's. Returns its page.

    begun: the comparison of its screenshots, if that was begun before. again: the page of the same run's
    report, which is replaced.
    """
    try:
        from understudy.cli.known_secrets import known_secrets
        from understudy.report import store as report_store

        secrets = known_secrets(project)
        shown = begun[-1].answer() if begun else None
        record = masked(record, secrets)
        if again:
            report_store.write_again(again, project.templates, record, shown)
            return again
        page = report_store.write(project.reports, project.templates, record, project.pages, shown)
    except (Exception, KeyboardInterrupt) as error:
        report.warn(f"the report could not be written: {error or type(error).__name__}")
        return None
    if record.verb in ALWAYS_SHOWN or record.verdict is not Verdict.PASSED:
        shown_page = _shown(project, page)
        report.result("report", {"page": shown_page}, f"report: {shown_page}")
    return page


def _prepare_meanwhile(project: Project) -> None:
    from understudy.local.background import Background

    def work() -> None:
        # For what look.py keeps.
        from understudy.host import status  # noqa: F401

        prepare(project, written=True)

    # What fails here fails again, and is reported, where it is needed.
    Background(work)


def _compare_pictures(project: Project) -> "Background[Sequence[Picture]]":
    from understudy.local.background import Background
    from understudy.report import store as report_store

    return Background(lambda: report_store.pictures(project.reports, project.pages))


def open_latest(project: Project, report: Report) -> None:
    """Opens the newest report in a browser; prints its path if there is no screen.

    Raises StepFailed if there is no report.
    """
    from understudy.report import store as report_store

    newest = report_store.latest(project.reports)
    if newest is None:
        raise _no_report()
    _open(project, report, newest.page)


def open_history(project: Project, report: Report) -> None:
    """As open_latest(), with the page about all runs that are kept."""
    from understudy.report import store as report_store

    if report_store.latest(project.reports) is None:
        raise _no_report()
    _open(project, report, report_store.write_history(project.reports, project.templates))


def _open(project: Project, report: Report, page: Path) -> None:
    from understudy.cli import browsers

    opened = browsers.open_url(page.as_uri())
    if not opened:
        browsers.say_why_not(report)
    shown = _shown(project, page)
    report.result("report", {"page": shown}, "" if opened else shown)


def list_reports(project: Project, report: Report) -> None:
    """Prints a line for each report, the newest first. Raises StepFailed if there is none."""
    from understudy.report import store as report_store
    from understudy.report.report_list import ReportList

    written = report_store.list_all(project.reports)
    if not written:
        raise _no_report()
    report.answer(ReportList.of(project.directory, written))


def _no_report() -> StepFailed:
    return StepFailed("there is no report yet", hint="python deploy.py rehearse writes a report.")


def _shown(project: Project, page: Path) -> str:
    return str(page.relative_to(project.directory))
