"""The receipt of a rehearsal as a value and as text, an in-toto Statement. Pure.

The format: github.com/in-toto/attestation, spec/v1/statement.md. docs/receipt.schema.json describes the
same for other tools; a test compares both.
"""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationError

from understudy.config.base import Strict
from understudy.errors import Refused
from understudy.host.fingerprint import Fingerprint

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:understudy:rehearsal:v1"

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
GitHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40,64}$")]
Utc = Annotated[AwareDatetime, AfterValidator(lambda time: time.astimezone(UTC))]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class Artifact(Strict):
    """What is shipped. source: hash of the files, see digest() in release/source.py. lock: hash of the
    lock file, which names packages by their hashes. Together they determine every byte.
    """

    name: str
    commit: GitHash
    tree: GitHash
    source: Sha256
    lock: Sha256


class Candidate(Strict):
    """All that decides what a rehearsal shows: the artifact, and what runs it on the target.

    target: where it is rehearsed. files: path on the host -> hash, as rendered for that target.
    settings: hash of app: in deploy.yml. provisioning: stamp of the provisioning, see host/provisioning.py.
    migrations: path in the source -> hash.
    """

    artifact: Artifact
    target: str
    files: Mapping[str, Sha256]
    settings: Sha256
    provisioning: str
    migrations: Mapping[str, Sha256]


class Phase(Strict):
    """A phase of the rehearsal. skipped: a prerequisite was missing. left out: it was not requested.

    reason: why it did not pass.
    """

    name: str
    state: Literal["passed", "skipped", "left out", "failed"]
    reason: str = ""
    seconds: Seconds = 0


class Suite(Strict):
    """Tests that ran. tests: their names. files: hash of the files that define them."""

    name: str
    passed: Count
    failed: Count
    skipped: Count
    tests: tuple[str, ...]
    files: Sha256


class Probe(Strict):
    """Requests that were sent during the deploy. lost: kind of loss -> count. p99: seconds."""

    sent: Count
    lost: Mapping[str, Count]
    p99: Seconds


class Versions(Strict):
    """Versions of the programs that rehearsed; None for one that took no part."""

    understudy: str
    python: str
    pytest: str
    selenium: str
    browser: str | None = None
    provider: str | None = None
    issuer: str | None = None


class Receipt(Strict):
    """One rehearsal and its verdict: the predicate of the statement."""

    verdict: Literal["passed", "failed"]
    started: Utc
    finished: Utc
    candidate: Candidate
    staging: Fingerprint
    phases: tuple[Phase, ...]
    suites: tuple[Suite, ...]
    probe: Probe | None
    versions: Versions


def to_json(receipt: Receipt) -> str:
    """The statement as JSON: always the same text for the same receipt."""
    artifact = receipt.candidate.artifact
    statement = {
        "_type": STATEMENT,
        "subject": _subject(artifact),
        "predicateType": PREDICATE,
        "predicate": receipt.model_dump(mode="json"),
    }
    return json.dumps(statement, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _subject(artifact: Artifact) -> list[dict[str, Any]]:
    return [{"name": artifact.name, "digest": {"sha256": artifact.source}}]


def parse(text: str, name: str) -> Receipt:
    """The text of a receipt -> Receipt. name: of its file. Raises Refused for any other text."""
    try:
        statement = json.loads(text)
    except ValueError as error:
        raise unreadable(name, f"the text is cut off or no JSON: {error}") from None
    _refuse_other_kinds(statement, name)
    try:
        receipt = Receipt.model_validate(statement["predicate"])
    except ValidationError as error:
        issues = [f"{'.'.join(map(str, at['loc']))}: {at['msg']}" for at in error.errors()]
        raise unreadable(name, "\n".join(issues)) from None
    if statement["subject"] != _subject(receipt.candidate.artifact):
        raise unreadable(name, "its subject is not the artifact in its predicate")
    return receipt


def _refuse_other_kinds(statement: Any, name: str) -> None:
    keys = {"_type", "subject", "predicateType", "predicate"}
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT:
        raise unreadable(name, f"the text is no {STATEMENT}")
    if statement.get("predicateType") != PREDICATE:
        kind = statement.get("predicateType")
        raise unreadable(name, f"its predicateType is {kind}; this version reads {PREDICATE}")
    if wrong := sorted(keys ^ set(statement)):
        raise unreadable(name, f"missing or unknown keys: {', '.join(wrong)}")


def unreadable(name: str, details: str) -> Refused:
    """The error to raise for a receipt that can't be read. name: of its file."""
    return Refused(
        f"the receipt {name} can't be read",
        details=details,
        hint="python deploy.py rehearse writes a new receipt.",
    )
