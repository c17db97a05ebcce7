"""What a deploy has that a receipt doesn't cover. Pure."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from understudy.host import fingerprint
from understudy.host.fingerprint import Fingerprint
from understudy.local.numbers import number_of
from understudy.receipts.statement import Artifact, Candidate, Receipt


def differences(
    receipt: Receipt,
    candidate: Candidate,
    host: Fingerprint,
    host_name: str,
    now: datetime,
    max_age: timedelta,
    providers: Collection[str] = (),
) -> tuple[str, ...]:
    """A sentence for each thing that the receipt doesn't cover; none if it covers the deploy.

    candidate: what would be rehearsed now. host: the system of the host to deploy to. providers: of
    the staging VM; any if there are none.
    """
    return (
        *_of_verdict(receipt),
        *_of_age(receipt.finished, now, max_age),
        *_of_provider(receipt.versions.provider, providers),
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
        yield f"the rehearsal was incomplete: it left out {', '.join(left_out)}"


def _of_age(finished: datetime, now: datetime, max_age: timedelta) -> Iterator[str]:
    if finished > now:
        yield f"the rehearsal ended at {finished:%Y-%m-%d %H:%M} UTC, which is in the future"
    elif now - finished > max_age:
        days = (now - finished).days
        yield f"the rehearsal is {number_of(days, 'day')} old; deploy.yml accepts {max_age.days}"


def _of_provider(used: str | None, accepted: Collection[str]) -> Iterator[str]:
    if accepted and used not in accepted:
        yield (
            f"it was rehearsed with provider {used or 'unknown'}, and receipts.providers in deploy.yml "
            f"accepts {', '.join(accepted)}: set vm.provider and rehearse again"
        )


def _of_artifact(before: Artifact, now: Artifact) -> Iterator[str]:
    """Another commit with the same files is no difference: what is shipped is the same."""
    if before.source != now.source and before.commit != now.commit:
        yield f"commit {before.commit[:12]} was rehearsed, this is {now.commit[:12]}"
    elif before.source != now.source:
        yield (
            f"the source of commit {now.commit[:12]} differs from the rehearsed one: git exports it "
            "differently here, or app.source or app.subdirectory in deploy.yml has changed"
        )
    if before.lock != now.lock:
        yield f"lock file {before.lock[:12]} was rehearsed, this is {now.lock[:12]}"


def _of_settings(before: Candidate, now: Candidate) -> Iterator[str]:
    if before.settings != now.settings:
        yield "app: in deploy.yml has changed since the rehearsal"
    if before.provisioning != now.provisioning:
        yield "provisioning has changed since the rehearsal: host: in deploy.yml, or provision/"
    for path in sorted({*before.files, *now.files}):
        if before.files.get(path) != now.files.get(path):
            yield f"{path} on {before.target} would differ now: deploy.yml or templates/ changed"
