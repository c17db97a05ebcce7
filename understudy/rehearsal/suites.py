"""A suite of tests on a target: started ahead if need be, run, stopped early."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from understudy.errors import Stopped, SuiteFailed
from understudy.job import Job
from understudy.rehearsal import site_login
from understudy.rehearsal.pytest_process import PytestProcess
from understudy.report.events import Report
from understudy.report.junit import read_tests, read_warnings
from understudy.report.sanitize import cut

# Twenty lines for each failed browser test, of addresses in the driver of the browser.
_NATIVE_FRAMES = re.compile(r"^E +(?:Stacktrace:|#\d+ 0x[0-9a-f]+ .*)\n", re.MULTILINE)
# pytest's exit code if there is none, or if all are deselected.
_NO_TESTS = 5
# In pytest's last line: its time, which has that before its tests were let go in it.
_WAITED = re.compile(r" in \d+\.\d+s( \(\S+\))?$")


@dataclass
class Suite:
    """One run of a suite on the job's target. words: for pytest. hint: after a failure.

    pages: where the suite keeps screenshots, pages and consoles until its next run; None if it has none.
    may_be_empty: whether it may have no test.
    """

    job: Job
    name: str
    words: Sequence[str]
    hint: str = ""
    pages: Path | None = None
    may_be_empty: bool = False
    _pytest: PytestProcess | None = field(default=None, init=False)
    _why_stopped: str | None = field(default=None, init=False)

    def begin(self) -> PytestProcess:
        """Starts pytest, and the browser of a suite that has one; the first test waits for run()."""
        if self._pytest is None:
            if self.pages:
                shutil.rmtree(self.pages, ignore_errors=True)
            self._pytest = PytestProcess(
                self._words(), self.job.project.directory, site_login.variables(self.job)
            )
            if self._why_stopped is not None:
                self._pytest.stop()
        return self._pytest

    def run(self, report: Report) -> None:
        """Raises SuiteFailed, with pytest's output, if a test fails, Stopped after stop()."""
        target, failed = self.job.target_name, list[str]()

        def test_failed(test: str, reason: str) -> None:
            failed.append(f"{test}: {reason}")
            report.test_failed(test, reason)

        with report.step(f"run the {self.name} tests on {target}"), self.begin() as pytest:
            pytest.let_go(test_failed)
            printed, code = pytest.wait()
            output = _NATIVE_FRAMES.sub("", printed).strip()
            if self._why_stopped is not None:
                # Its results are not whole.
                raise Stopped(self._why_stopped)
            self._attach(report, pytest.results)
            if code and not (self.may_be_empty and code == _NO_TESTS):
                summary, first = f"the {self.name} tests failed on {target}", "".join(failed[:1])
                raise SuiteFailed(summary, output, self.hint, first=first)
        # With the name: the line above may be about another suite.
        report.say(f"  {self.name} tests: {_WAITED.sub('', output.splitlines()[-1])}")

    def stop(self, why: str) -> None:
        """Ends the run, or lets run() end at once. Doesn't wait for the end."""
        self._why_stopped = why
        if self._pytest:
            self._pytest.stop()

    def close(self) -> None:
        """Ends what begin() started, if it was not run."""
        if self._pytest:
            with self._pytest:
                pass

    def _words(self) -> list[str]:
        job = self.job
        return [
            *(*self.words, "--target", job.target_name),
            *("--deploy-config", str(job.project.config_file)),
            *(("--host", job.address) if job.address else ()),
        ]

    def _attach(self, report: Report, results: Path) -> None:
        if results.is_file():
            name = f"{self.name} {self.job.address}" if self.job.address else self.name
            report.attach("tests", {name: read_tests(results.read_text())})
            for warning in read_warnings(results.read_text()):
                report.warn(warning)
        if self.pages:
            shown = {path.stem: _page(path) for path in sorted(self.pages.glob("*.png"))}
            report.attach("pages", shown)


def _page(screenshot: Path) -> dict[str, str]:
    """What is beside a screenshot: the page's source and the console of a failed test."""
    beside = {"source": screenshot.with_suffix(".html"), "console": screenshot.with_suffix(".log")}
    return {name: cut(path.read_text()) for name, path in beside.items() if path.is_file()}
