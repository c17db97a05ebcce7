"""Requires, before a deploy, a valid receipt of a rehearsal that covers it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from understudy.config import topology
from understudy.errors import Refused
from understudy.host import fingerprint
from understudy.job import Job
from understudy.receipts import differences, inputs, signing, statement
from understudy.receipts import store as receipt_store
from understudy.receipts.statement import Receipt
from understudy.receipts.store import StoredReceipt
from understudy.release import source as sources
from understudy.ssh.connection import Connection

REHEARSE = "python deploy.py rehearse"
_MOST_COMMITS = 10


def require(job: Job, source: sources.Source, connection: Connection) -> None:
    """Checks the receipt, prints when the rehearsal was and who signed it, and attaches it to the report.

    Raises Refused as check() does.
    """
    found, signer = check(job, source, connection)
    job.report.attach("receipt", json.loads(statement.to_json(found)))
    job.report.say(f"rehearsed {found.finished:%Y-%m-%d %H:%M} UTC, signed by {signer}")
    if skipped := [phase.name for phase in found.phases if phase.state == "skipped"]:
        job.report.say(f"  skipped in the rehearsal: {', '.join(skipped)}")


def check(job: Job, source: sources.Source, connection: Connection) -> tuple[Receipt, str]:
    """The receipt that covers the deploy of this source to the connected host, and who signed it.

    Prints nothing and changes nothing. Raises Refused if there is no such receipt, or if its signature
    is not valid.
    """
    app = job.config.app.name
    digest = sources.digest(source)
    stored = receipt_store.find(job.project, app, digest) or _of_same_commit(job, source)
    signer = signing.check(stored.path, stored.signature, job.config.receipts.allowed_signers)
    rehearsed = stored.receipt.candidate
    receipt = stored.receipt
    if topology.database_elsewhere(job.target.host_list, job.target.address):
        receipt = replace(receipt, staging=fingerprint.without_database(receipt.staging))
    not_covered = differences.differences(
        receipt,
        inputs.candidate(job, source, rehearsed.target),
        inputs.fingerprint_of(connection),
        job.target_name,
        datetime.now(UTC),
        timedelta(days=job.config.receipts.max_age_days),
        job.config.receipts.providers,
    )
    if not_covered:
        raise Refused(
            f"the rehearsal of {rehearsed.artifact.commit[:12]} does not cover this deploy",
            details="\n".join(not_covered),
            hint=REHEARSE,
        )
    return stored.receipt, signer


def _of_same_commit(job: Job, source: sources.Source) -> StoredReceipt:
    """The newest receipt of the same commit with other files. Raises Refused if there is none."""
    newest = receipt_store.newest(job.project, job.config.app.name)
    if source.commit in newest:
        return newest[source.commit]
    others = [
        f"{commit[:12]} was rehearsed {other.receipt.finished:%Y-%m-%d %H:%M} UTC"
        for commit, other in newest.items()
    ]
    raise Refused(
        f"commit {source.commit[:12]} was not rehearsed: it has no receipt",
        details="\n".join(others[-_MOST_COMMITS:]) or "no commit has a receipt",
        hint=f"{REHEARSE}. For a target that is only for trying things, set "
        "`require_receipt: false` in deploy.yml.",
    )
