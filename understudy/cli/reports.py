"""What the command line does with reports: keep one of each run, open the latest, list them."""

import os
import time
import webbrowser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from understudy.config import model
from understudy.errors import INTERRUPTED, ConfigError, StepFailed, UnderstudyError
from understudy.paths import Project
from understudy.report import store as report_store
from understudy.report.events import Report
from understudy.report.masking import secret_values
from understudy.report.record import Record, Verdict, masked
from understudy.report.recorder import Recorder

VERDICTS = {0: Verdict.PASSED, INTERRUPTED: Verdict.INTERRUPTED}
# These tell where their report is also when all is well.
ALWAYS_TOLD = ("rehearse",)


def recorder(report: Report, verb: str, target: str) -> Recorder:
    """A report that keeps from now on what it hands on to another."""
    return Recorder(report, verb, target, datetime.now(UTC).isoformat(), time.monotonic)


def run_and_keep(project: Project, recorder: Recorder, run: Callable[[], int]) -> int:
    """Runs something that tells the recorder, and writes its report, however it ends.

    Returns the exit code that `run` returns. One of a wrong use leaves no report: nothing was begun.
    """
    code = StepFailed.exit_code
    try:
        code = run()
    finally:
        if code != ConfigError.exit_code:
            record = recorder.record(VERDICTS.get(code, Verdict.FAILED))
            keep(project, record, recorder.report)
    return code


def keep(project: Project, record: Record, report: Report) -> None:
    """Writes a run's report. If that fails it's a warning: the run's own answer is what counts."""
    try:
        secrets = _secrets(project)
        page = report_store.write(
            project.reports, project.templates, masked(record, secrets), project.pages
        )
    except (Exception, KeyboardInterrupt) as error:
        report.warn(f"the report could not be written: {error or type(error).__name__}")
        return
    if record.verb in ALWAYS_TOLD or record.verdict is not Verdict.PASSED:
        report.say(f"report: {_shown(project, page)}")


def _secrets(project: Project) -> frozenset[str]:
    """What deploy.yml and this shell's environment hold under a name that sounds secret."""
    try:
        found = model.load(project.config_file)
    except UnderstudyError:
        return secret_values(os.environ)
    given = (os.environ, found.app.environment, *(t.environment for t in found.targets.values()))
    return frozenset[str]().union(*map(secret_values, given))


def open_latest(project: Project, report: Report) -> None:
    """Shows the newest report in a browser; where there is no screen, tells its path."""
    newest = report_store.latest(project.reports)
    if newest is None:
        raise _none_yet()
    if not _has_screen() or not webbrowser.open(newest.page.as_uri()):
        report.say(_shown(project, newest.page))


def tell_all(project: Project, report: Report) -> None:
    """A line for each report, the newest first."""
    written = report_store.list_all(project.reports)
    if not written:
        raise _none_yet()
    for one in written:
        began = one.began[:19].replace("T", " ")
        report.say(
            f"{began}  {one.verb:<9}  {one.target:<12}  {one.verdict:<11}  {one.seconds:6.0f} s  "
            f"{_shown(project, one.page)}"
        )


def _none_yet() -> StepFailed:
    return StepFailed("there is no report yet", hint="python deploy.py rehearse writes one.")


def _has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _shown(project: Project, page: Path) -> str:
    return str(page.relative_to(project.directory))
