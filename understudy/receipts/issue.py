"""Issues the receipt of a rehearsal: writes it, and signs it with the key of deploy.yml."""

import json
import platform
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import understudy
from understudy.errors import Refused
from understudy.host.fingerprint import Fingerprint
from understudy.job import Job
from understudy.receipts import signing, statement
from understudy.receipts import store as receipt_store
from understudy.receipts.statement import Candidate, Phase, Probe, Receipt, Suite, Versions
from understudy.receipts.store import StoredReceipt


@dataclass(frozen=True)
class RehearsalResult:
    """What a rehearsal showed. candidate, staging: as they were when it began. passed: its verdict.

    browser, provider, issuer: name and version of what took part; None if it took no part.
    """

    candidate: Candidate
    staging: Fingerprint
    passed: bool
    started: datetime
    finished: datetime
    phases: tuple[Phase, ...]
    suites: tuple[Suite, ...]
    probe: Probe | None = None
    browser: str | None = None
    provider: str | None = None
    issuer: str | None = None


def without_key(job: Job) -> Job:
    """The same job without receipts.key: its receipt is signed elsewhere, or not at all."""
    settings = job.config.receipts.model_copy(update={"key": None})
    return replace(job, config=job.config.model_copy(update={"receipts": settings}))


def check_key(job: Job) -> None:
    """Signs an empty file, so that a useless key is found before the rehearsal and not after it.

    Raises what signing.sign() raises.
    """
    if key := job.config.receipts.key:
        with TemporaryDirectory() as work:
            file = Path(work) / "nothing"
            file.touch()
            signing.sign(file, key)


def write(job: Job, result: RehearsalResult) -> StoredReceipt:
    """Saves the receipt of a rehearsal, signed if deploy.yml names a key.

    Raises what signing.sign() raises; no receipt is saved then.
    """
    made = Receipt(
        verdict="passed" if result.passed else "failed",
        started=result.started,
        finished=result.finished,
        candidate=result.candidate,
        staging=result.staging,
        phases=result.phases,
        suites=result.suites,
        probe=result.probe,
        versions=_versions(result),
    )
    accepted = job.config.receipts.providers
    if accepted and result.provider not in accepted:
        job.report.warn(
            f"no deploy accepts this receipt: the VM's provider is {result.provider}, and receipts.providers "
            f"in deploy.yml accepts {', '.join(accepted)}. Set vm.provider: {accepted[0]} and rehearse again"
        )
    stored = receipt_store.save(job.project, made, job.config.receipts.key)
    job.report.attach("receipt", json.loads(statement.to_json(made)))
    job.report.say(f"receipt: {stored.path.relative_to(job.project.directory)}")
    if stored.signature.exists():
        _say_signer(job, stored)
    elif unsigned := _unsigned(job):
        job.report.warn(unsigned)
    return stored


def _versions(result: RehearsalResult) -> Versions:
    return Versions(
        understudy=understudy.__version__,
        python=platform.python_version(),
        pytest=version("pytest"),
        selenium=version("selenium"),
        browser=result.browser,
        provider=result.provider,
        issuer=result.issuer,
    )


def _say_signer(job: Job, stored: StoredReceipt) -> None:
    try:
        signer = signing.check(stored.path, stored.signature, job.config.receipts.allowed_signers)
    except Refused as error:
        job.report.warn(f"{error.summary}, so no deploy accepts the receipt. {error.hint}")
        return
    job.report.say(f"  signed by {signer}")


def _unsigned(job: Job) -> str:
    """Says in one line that a target wants more; "" if none does."""
    wanting = [name for name, target in job.config.targets.items() if target.require_receipt]
    if not wanting:
        return ""
    verb = "takes" if len(wanting) == 1 else "take"
    return (
        f"the receipt is not signed, and {' and '.join(wanting)} {verb} signed ones only: set receipts.key in "
        "deploy.yml (docs/receipts.md)"
    )
