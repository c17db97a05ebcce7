"""What a receipt of a rehearsal tells, as an in-toto Statement. Pure.

docs/receipt.schema.json describes the same for other tools; a test holds both together.
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
    """What is shipped. source: see artifact.digest(). lock: of the lock file, which names packages
    by their hashes. So both name every byte.
    """

    name: str
    commit: GitHash
    tree: GitHash
    source: Sha256
    lock: Sha256


class Candidate(Strict):
    """All that decides what a rehearsal shows: the artifact, and what runs it on the target.

    target: where it's rehearsed. files: path on the host -> hash, as rendered for that target.
    settings: hash of app: in deploy.yml. provisioning: stamp of what provisioned the target.
    migrations: path in the source -> hash.
    """

    artifact: Artifact
    target: str
    files: Mapping[str, Sha256]
    settings: Sha256
    provisioning: str
    migrations: Mapping[str, Sha256]


class Phase(Strict):
    """A part of the rehearsal. skipped: what it needs wasn't there. left out: it wasn't asked for.

    reason: why it did not pass.
    """

    name: str
    state: Literal["passed", "skipped", "left out", "failed"]
    reason: str = ""
    seconds: Seconds = 0


class Suite(Strict):
    """Tests that ran. tests: their names. files: hash of the files that they stand in."""

    name: str
    passed: Count
    failed: Count
    skipped: Count
    tests: tuple[str, ...]
    files: Sha256


class Probe(Strict):
    """Requests that were sent meanwhile. lost: how -> how many. p99: seconds."""

    sent: Count
    lost: Mapping[str, Count]
    p99: Seconds


class Versions(Strict):
    """What rehearsed. Where something took no part, it's None."""

    understudy: str
    python: str
    pytest: str
    selenium: str
    browser: str | None = None
    provider: str | None = None


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
    """The statement, the same text for the same receipt."""
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
        raise unreadable(name, f"it is cut off, or no JSON: {error}") from None
    _refuse_other_kinds(statement, name)
    try:
        receipt = Receipt.model_validate(statement["predicate"])
    except ValidationError as error:
        issues = [f"{'.'.join(map(str, at['loc']))}: {at['msg']}" for at in error.errors()]
        raise unreadable(name, "\n".join(issues)) from None
    if statement["subject"] != _subject(receipt.candidate.artifact):
        raise unreadable(name, "its subject is not the artifact that it tells of")
    return receipt


def _refuse_other_kinds(statement: Any, name: str) -> None:
    keys = {"_type", "subject", "predicateType", "predicate"}
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT:
        raise unreadable(name, f"it is no {STATEMENT}")
    if statement.get("predicateType") != PREDICATE:
        kind = statement.get("predicateType")
        raise unreadable(name, f"it is of kind {kind}; this version reads {PREDICATE}")
    if wrong := sorted(keys ^ set(statement)):
        raise unreadable(name, f"missing or unknown: {', '.join(wrong)}")


def unreadable(name: str, details: str) -> Refused:
    return Refused(
        f"the receipt {name} can't be read",
        details=details,
        hint="python deploy.py rehearse writes a new one.",
    )
