"""The first screen of verify's report: what was tested."""

from dataclasses import replace

from tests.unit.fakes import manifest
from tests.unit.staging import Staging, lines_of
from understudy.rehearsal import tested
from understudy.report.record import Verdict
from understudy.report.recorder import Recorder

LIVE = manifest("c0ffee00-live", "2024-02-01T00:00:00+00:00")
OS = 'line\t/etc/os-release\tPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"'


def test_report_has_app_commit_and_system(staging: Staging) -> None:
    staging.host(staging.facts(OS, *lines_of(LIVE, current=LIVE.id)))
    job = staging.job()
    recorder = Recorder(job.report, "verify", "staging", "2024-02-01T00:00:00+00:00", lambda: 0.0)

    assert tested.report(replace(job, report=recorder)) == LIVE

    record = recorder.record(Verdict.PASSED)
    assert record.commit
    assert (record.app, record.commit.id) == ("shop", LIVE.commit)
    assert record.os == "Debian GNU/Linux 12 (bookworm)"


def test_host_without_a_release_has_no_commit(staging: Staging) -> None:
    staging.host(staging.facts(OS))

    assert tested.report(staging.job()) is None

    assert "commits" not in staging.report.attached
