"""What stands between a receipt and a deploy. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from understudy.host import fingerprint
from understudy.host.fingerprint import Fingerprint
from understudy.receipts.statement import Artifact, Candidate, Receipt


def differences(
    receipt: Receipt,
    candidate: Candidate,
    host: Fingerprint,
    host_name: str,
    now: datetime,
    max_age: timedelta,
) -> tuple[str, ...]:
    """A sentence for each thing that a receipt doesn't speak for; none if it speaks for all.

    candidate: what would be rehearsed now. host: the one to be deployed to.
    """
    return (
        *_of_verdict(receipt),
        *_of_age(receipt.finished, now, max_age),
        *_of_artifact(receipt.candidate.artifact, candidate.artifact),
        *_of_settings(receipt.candidate, candidate),
        *fingerprint.differences(receipt.staging, host, host_name),
    )


def _of_verdict(receipt: Receipt) -> Iterator[str]:
    failed = [phase.name for phase in receipt.phases if phase.state == "failed"]
    failed += [suite.name for suite in receipt.suites if suite.failed]
    if receipt.verdict != "passed" or failed:
        yield f"the rehearsal did not pass: {', '.join(failed) or receipt.verdict}"
    if left_out := [phase.name for phase in receipt.phases if phase.state == "left out"]:
        yield f"the rehearsal was not a whole one, it left out: {', '.join(left_out)}"


def _of_age(finished: datetime, now: datetime, max_age: timedelta) -> Iterator[str]:
    if finished > now:
        yield f"the rehearsal ended at {finished:%Y-%m-%d %H:%M} UTC, which is yet to come"
    elif now - finished > max_age:
        days = (now - finished).days
        yield f"the rehearsal was {days} days ago; deploy.yml takes {max_age.days}"


def _of_artifact(before: Artifact, now: Artifact) -> Iterator[str]:
    """Another commit of the same files is no difference: what is shipped is the same."""
    if before.source != now.source and before.commit != now.commit:
        yield f"commit {before.commit[:12]} was rehearsed, this is {now.commit[:12]}"
    elif before.source != now.source:
        yield (
            f"the files of commit {now.commit[:12]} were others: git here exports them otherwise, "
            "or app.source or app.subdirectory in deploy.yml has changed"
        )
    if before.lock != now.lock:
        yield f"the locked packages were others: {before.lock[:12]}, and now {now.lock[:12]}"


def _of_settings(before: Candidate, now: Candidate) -> Iterator[str]:
    if before.settings != now.settings:
        yield "app: in deploy.yml has changed since"
    if before.provisioning != now.provisioning:
        yield "what provisions a host has changed since: host: in deploy.yml, or provision/"
    for path in sorted({*before.files, *now.files}):
        if before.files.get(path) != now.files.get(path):
            yield f"{path} on {before.target} would be another now: deploy.yml or templates/ changed"
