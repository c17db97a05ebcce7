"""A receipt of a passed rehearsal, to be changed by tests."""

from datetime import UTC, datetime
from typing import Any

from understudy.host.fingerprint import Fingerprint
from understudy.receipts.statement import (
    Artifact,
    Candidate,
    Phase,
    Probe,
    Receipt,
    Suite,
    Versions,
)

NGINX = "/etc/nginx/sites-available/shop"
STAGING = Fingerprint(
    os="debian 12",
    machine="x86_64",
    python="3.11",
    packages={"nginx": "1.22.1-9+deb12u1", "libssl3": "3.0.16-1~deb12u1"},
)
CANDIDATE = Candidate(
    artifact=Artifact(
        name="shop", commit="c0ffee" + 34 * "0", tree=40 * "1", source=64 * "2", lock=64 * "3"
    ),
    target="staging",
    files={NGINX: 64 * "4"},
    settings=64 * "5",
    provisioning="0123456789abcdef",
    migrations={"shop/migrations/0001_initial.py": 64 * "6"},
)
RECEIPT = Receipt(
    verdict="passed",
    started=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    finished=datetime(2026, 3, 1, 12, 4, tzinfo=UTC),
    candidate=CANDIDATE,
    staging=STAGING,
    phases=(
        Phase(name="up", state="passed", seconds=3.5),
        Phase(name="data", state="skipped", reason="no data was pulled"),
    ),
    suites=(Suite(name="host", passed=1, failed=0, skipped=0, tests=("test_a",), files=64 * "7"),),
    probe=Probe(sent=100, lost={"reset": 0}, p99=0.25),
    versions=Versions(
        understudy="0.1.0", python="3.11.2", pytest="8.4", selenium="4.3", browser="Chromium 140"
    ),
)


def receipt(**changes: Any) -> Receipt:
    return RECEIPT.model_copy(update=changes)


def candidate(**changes: Any) -> Candidate:
    return CANDIDATE.model_copy(update=changes)


def other_artifact(**changes: Any) -> Candidate:
    return candidate(artifact=CANDIDATE.artifact.model_copy(update=changes))


def fingerprint(**changes: Any) -> Fingerprint:
    return STAGING.model_copy(update=changes)
