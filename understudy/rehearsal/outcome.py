"""The record of a rehearsal -> what its receipt says."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from understudy.host.fingerprint import Fingerprint
from understudy.paths import Project
from understudy.receipts.issue import RehearsalResult
from understudy.receipts.statement import Candidate, Phase, Probe, Suite
from understudy.rehearsal.phases import Outcome
from understudy.rehearsal.verify import folders
from understudy.report.record import Phase as RecordedPhase
from understudy.report.record import Record, Verdict

_STATES = {
    Outcome.PASSED: "passed",
    Outcome.WARNED: "failed",
    Outcome.FAILED: "failed",
    Outcome.UNAVAILABLE: "skipped",
    Outcome.LEFT_OUT: "left out",
}


def result_of(
    record: Record,
    outcomes: Mapping[str, Outcome],
    candidate: Candidate,
    staging: Fingerprint,
    project: Project,
) -> RehearsalResult:
    """outcomes: name of a phase -> how it ended. project: the one that has the tests."""
    began = datetime.fromisoformat(record.began)
    return RehearsalResult(
        candidate=candidate,
        staging=staging,
        passed=record.verdict is Verdict.PASSED,
        started=began,
        finished=began + timedelta(seconds=record.seconds),
        # What was reported outside of any phase is in one without a name.
        phases=tuple(
            _phase(phase, outcomes[phase.name]) for phase in record.phases if phase.name in outcomes
        ),
        suites=tuple(
            _suite(name, tests, project)
            for name, tests in record.attachments.get("tests", {}).items()
        ),
        probe=_all_probes(record.attachments.get("probes", [])),
        provider=record.attachments.get("provider", {}).get("name"),
        issuer=_issuer(record.attachments.get("issuer")),
    )


def _issuer(attached: Mapping[str, str] | None) -> str | None:
    return f"{attached['name']} {attached['version']}" if attached else None


def _phase(phase: RecordedPhase, outcome: Outcome) -> Phase:
    return Phase.model_validate(
        {
            "name": phase.name,
            "state": _STATES[outcome],
            "reason": phase.reason,
            "seconds": round(phase.seconds, 3),
        }
    )


def _suite(name: str, tests: Sequence[Mapping[str, Any]], project: Project) -> Suite:
    outcomes = Counter(test["outcome"] for test in tests)
    return Suite(
        name=name,
        passed=outcomes["passed"],
        skipped=outcomes["skipped"],
        failed=len(tests) - outcomes["passed"] - outcomes["skipped"],
        tests=tuple(test["name"] for test in tests),
        files=_digest(folders(project, name)),
    )


def _digest(folders: Iterable[Path]) -> str:
    """A digest of the names and contents of all Python files of a suite."""
    digest = sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            content = sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(folder)} {content}\n".encode())
    return digest.hexdigest()


def _all_probes(probes: Sequence[Mapping[str, Any]]) -> Probe | None:
    """The sum of all probes, with the worst of their latencies."""
    if not probes:
        return None
    lost = sum((Counter(probe["lost_by"]) for probe in probes), Counter[str]())
    return Probe(
        sent=sum(probe["sent"] for probe in probes),
        lost=dict(lost),
        p99=max(probe["p99"] for probe in probes),
    )
