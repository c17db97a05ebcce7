"""A receipt says what the record of the run says."""

from dataclasses import replace
from pathlib import Path

from tests.unit.receipt_samples import CANDIDATE, STAGING
from tests.unit.records import PASSED
from understudy.paths import Project
from understudy.receipts.statement import Probe, Suite
from understudy.rehearsal.outcome import result_of
from understudy.rehearsal.phases import Outcome
from understudy.report.record import Record

OUTCOMES = {phase.name: Outcome.PASSED for phase in PASSED.phases}
PROBE = {"release": "a", "switched_at": 1, "samples": [], "sent": 10, "lost": 0, "p99": 0.5}
TESTS = [
    {"name": "test_a", "outcome": "passed"},
    {"name": "test_b", "outcome": "skipped"},
    {"name": "test_c", "outcome": "error"},
]


def project_in(directory: Path) -> Project:
    return Project(directory, directory / "deploy.yml", directory)


def suites(record: Record, directory: Path) -> tuple[Suite, ...]:
    return result_of(record, OUTCOMES, CANDIDATE, STAGING, project_in(directory)).suites


def test_receipt_has_each_phase_with_its_outcome(tmp_path: Path) -> None:
    first, *_ = OUTCOMES
    receipt = result_of(
        PASSED, {**OUTCOMES, first: Outcome.WARNED}, CANDIDATE, STAGING, project_in(tmp_path)
    )
    assert [phase.name for phase in receipt.phases] == list(OUTCOMES)
    assert receipt.phases[0].state == "failed"
    without_last = dict(list(OUTCOMES.items())[:-1])
    receipt = result_of(PASSED, without_last, CANDIDATE, STAGING, project_in(tmp_path))
    assert [phase.name for phase in receipt.phases] == list(without_last)
    assert (receipt.finished - receipt.started).total_seconds() == PASSED.seconds


def test_probes_are_summed_up_with_the_worst_latency(tmp_path: Path) -> None:
    probes = [
        {**PROBE, "lost_by": {"reset": 1}},
        {**PROBE, "lost_by": {"reset": 2, "5xx": 1}, "p99": 0.75},
    ]
    record = replace(PASSED, attachments={"probes": probes})
    receipt = result_of(record, OUTCOMES, CANDIDATE, STAGING, project_in(tmp_path))
    assert receipt.probe == Probe(sent=20, lost={"reset": 3, "5xx": 1}, p99=0.75)


def test_receipt_names_the_issuer_of_the_vms_certificates(tmp_path: Path) -> None:
    attached = {"issuer": {"name": "Pebble", "version": "2.4.0"}}
    record, project = replace(PASSED, attachments=attached), project_in(tmp_path)
    result = result_of(record, OUTCOMES, CANDIDATE, STAGING, project)
    assert result.issuer == "Pebble 2.4.0"
    assert result_of(PASSED, OUTCOMES, CANDIDATE, STAGING, project).issuer is None


def test_receipt_names_the_provider_of_the_vm(tmp_path: Path) -> None:
    record = replace(PASSED, attachments={"provider": {"name": "lxc", "text": "a container"}})
    assert result_of(record, OUTCOMES, CANDIDATE, STAGING, project_in(tmp_path)).provider == "lxc"
    assert result_of(PASSED, OUTCOMES, CANDIDATE, STAGING, project_in(tmp_path)).provider is None


def test_receipt_without_probes_has_no_figures(tmp_path: Path) -> None:
    record = replace(PASSED, attachments={})
    receipt = result_of(record, OUTCOMES, CANDIDATE, STAGING, project_in(tmp_path))
    assert (receipt.probe, receipt.suites) == (None, ())


def test_tests_are_counted_and_named_and_their_files_digested(tmp_path: Path) -> None:
    (tmp_path / "tests" / "host").mkdir(parents=True)
    file = tmp_path / "tests" / "host" / "test_it.py"
    file.write_text("1")
    record = replace(PASSED, attachments={"tests": {"host": TESTS}})

    [before] = suites(record, tmp_path)
    assert (before.passed, before.skipped, before.failed) == (1, 1, 1)
    assert before.tests == ("test_a", "test_b", "test_c")
    file.write_text("2")
    [after] = suites(record, tmp_path)
    assert after.files != before.files
