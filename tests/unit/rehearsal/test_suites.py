"""A suite is started once, stopped early with the reason, and leaves no process."""

import sys
import time
from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport, config
from understudy.errors import Stopped
from understudy.job import Job
from understudy.paths import Project
from understudy.rehearsal import verify
from understudy.rehearsal.suites import Suite

# In place of Python with pytest: waits to be let go, then runs until it is interrupted.
PYTEST = """\
#!/bin/sh
echo "$*" >>calls
for word; do case "$word" in
--channel=*) fd=${word#*=} ;;
--junitxml=*) printf '<half' >"${word#*=}" ;;
esac; done
[ -n "$(eval "head -c 1 <&$fd")" ] || exit 2
echo going >>calls
trap 'echo ended >>calls; exit 2' INT
while :; do sleep 0.02; done
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    (tmp_path / "python").write_text(PYTEST)
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    project = Project(tmp_path, tmp_path / "deploy.yml")
    (tmp_path / "functional_tests").mkdir()
    _, found = verify.browser_tests(Job(project, config(), "staging", FakeReport())).suites
    assert isinstance(found, Suite)
    return found


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 10
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def calls(tmp_path: Path) -> list[str]:
    """Without the arguments of pytest."""
    return ["started" if "pytest" in line else line for line in _lines(tmp_path)]


def _lines(tmp_path: Path) -> list[str]:
    file = tmp_path / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_stopped_suite_is_skipped_with_the_reason(suite: Suite, tmp_path: Path) -> None:
    class StopsOnceGoing(FakeReport):
        def started(self, title: str) -> None:
            suite.begin()
            wait_for(tmp_path / "calls")
            suite.stop("host-tests failed")

    report = StopsOnceGoing()
    with pytest.raises(Stopped, match="host-tests failed"):
        suite.run(report)

    suite.close()
    assert report.attached == {}, "the results of a stopped run are not whole"
    assert calls(tmp_path)[:1] in ([], ["started"])


def test_suite_that_was_begun_ends_without_a_test(suite: Suite, tmp_path: Path) -> None:
    suite.begin()
    suite.close()
    suite.close()

    assert "going" not in calls(tmp_path)
