"""Receipts of rehearsals: written and signed after one, asked for before a deploy."""

import json
import platform
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import understudy
from understudy.errors import Refused
from understudy.host import fingerprint, query_errors
from understudy.host.fingerprint import Fingerprint
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.receipts import differences, signing, statement
from understudy.receipts import store as receipt_store
from understudy.receipts.statement import (
    Artifact,
    Candidate,
    Phase,
    Probe,
    Receipt,
    Suite,
    Versions,
)
from understudy.receipts.store import Kept
from understudy.release import render
from understudy.release import source as sources
from understudy.ssh.connection import Connection

REHEARSE = "python deploy.py rehearse"
# Where an app comes from and what is kept of it changes nothing of how it runs.
NOT_REHEARSED = {"source", "revision", "subdirectory", "keep_releases", "keep_backups"}
SHOWN = 10


@dataclass(frozen=True)
class Rehearsed:
    """How a rehearsal went. candidate, staging: as they were when it began. passed: its verdict.

    browser, provider: name and version of what took part, if one did.
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


def candidate(job: Job, source: sources.Source, target_name: str) -> Candidate:
    """What a rehearsal of this source on that target would show something about."""
    config, target, templates = job.config, job.config.target(target_name), job.project.templates
    files = (
        *render.host_files(config, target, templates),
        # The id differs with each release; here, a dash stands for it.
        *render.release_files(config, target, "-", templates),
    )
    settings = config.app.model_dump_json(exclude=NOT_REHEARSED)
    return Candidate(
        artifact=Artifact(
            name=config.app.name,
            commit=source.commit,
            tree=source.tree,
            source=sources.digest(source),
            lock=_sha256(source.lock),
        ),
        target=target_name,
        files={str(file.path): _sha256(file.content) for file in files},
        settings=_sha256(settings),
        provisioning=of_project(job.project, config, target.admin).stamp,
        migrations=sources.migrations(source),
    )


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def fingerprint_of(connection: Connection) -> Fingerprint:
    """The system of the host at the other end."""
    done = connection.run(fingerprint.query(), seconds=60)
    if not done.ok:
        raise query_errors.failed("the host's system", done.text)
    return fingerprint.parse(done.output)


def unsigned(job: Job) -> Job:
    """The same without the key: what it rehearses is signed elsewhere, or not at all."""
    settings = job.config.receipts.model_copy(update={"key": None})
    return replace(job, config=job.config.model_copy(update={"receipts": settings}))


def refuse_useless_key(job: Job) -> None:
    """Raises what sign() would: before a rehearsal, for after it that would be a pity."""
    if key := job.config.receipts.key:
        with TemporaryDirectory() as work:
            file = Path(work) / "nothing"
            file.touch()
            signing.sign(file, key)


def write(job: Job, rehearsed: Rehearsed) -> Kept:
    """Keeps the receipt of a rehearsal, signed if deploy.yml names a key."""
    made = Receipt(
        verdict="passed" if rehearsed.passed else "failed",
        started=rehearsed.started,
        finished=rehearsed.finished,
        candidate=rehearsed.candidate,
        staging=rehearsed.staging,
        phases=rehearsed.phases,
        suites=rehearsed.suites,
        probe=rehearsed.probe,
        versions=_versions(rehearsed),
    )
    kept = receipt_store.keep(job.project, made, job.config.receipts.key)
    job.report.attach("receipt", json.loads(statement.to_json(made)))
    job.report.say(f"receipt: {kept.path.relative_to(job.project.directory)}")
    if kept.signature.exists():
        _say_signed(job, kept)
    else:
        job.report.say(_unsigned(job))
    return kept


def _say_signed(job: Job, kept: Kept) -> None:
    try:
        signer = signing.check(kept.path, kept.signature, job.config.receipts.allowed_signers)
    except Refused as error:
        job.report.warn(f"{error.summary}, so no deploy will take it. {error.hint}")
        return
    job.report.say(f"  signed by {signer}")


def _versions(rehearsed: Rehearsed) -> Versions:
    return Versions(
        understudy=understudy.__version__,
        python=platform.python_version(),
        pytest=version("pytest"),
        selenium=version("selenium"),
        browser=rehearsed.browser,
        provider=rehearsed.provider,
    )


def _unsigned(job: Job) -> str:
    key = "~/.ssh/understudy"
    allow = signing.allow(job.config.receipts.allowed_signers, key)
    return (
        "It isn't signed, so it's no use for a deploy to production. Once, set `key: "
        f"{key}` under receipts: in deploy.yml, and: ssh-keygen -t ed25519 -f {key} && {allow}"
    )


def require(job: Job, source: sources.Source, connection: Connection) -> None:
    """Raises Refused unless a receipt says that just this was rehearsed, for a host like this."""
    found, signer = check(job, source, connection)
    job.report.attach("receipt", json.loads(statement.to_json(found)))
    job.report.say(f"rehearsed {found.finished:%Y-%m-%d %H:%M} UTC, signed by {signer}")
    if skipped := [phase.name for phase in found.phases if phase.state == "skipped"]:
        job.report.say(f"  not rehearsed: {', '.join(skipped)}")


def check(job: Job, source: sources.Source, connection: Connection) -> tuple[Receipt, str]:
    """That receipt, and who signed it. Tells nothing. Raises Refused as require() does."""
    app = job.config.app.name
    kept = receipt_store.find(job.project, app, sources.digest(source)) or _nearest(job, source)
    signer = signing.check(kept.path, kept.signature, job.config.receipts.allowed_signers)
    rehearsed = kept.receipt.candidate
    unlike = differences.differences(
        kept.receipt,
        candidate(job, source, rehearsed.target),
        fingerprint_of(connection),
        job.target_name,
        datetime.now(UTC),
        timedelta(days=job.config.receipts.max_age_days),
    )
    if unlike:
        raise Refused(
            f"the rehearsal of {rehearsed.artifact.commit[:12]} says nothing of this deploy",
            details="\n".join(unlike),
            hint=REHEARSE,
        )
    return kept.receipt, signer


def _nearest(job: Job, source: sources.Source) -> Kept:
    """The newest receipt of the same commit, if its files were others. Raises Refused without one."""
    kept = receipt_store.newest(job.project, job.config.app.name)
    if source.commit in kept:
        return kept[source.commit]
    others = [
        f"{commit[:12]} was rehearsed {other.receipt.finished:%Y-%m-%d %H:%M} UTC"
        for commit, other in kept.items()
    ]
    raise Refused(
        f"commit {source.commit[:12]} was not rehearsed: it has no receipt",
        details="\n".join(others[-SHOWN:]) or "no commit has one",
        hint=f"{REHEARSE}. A target for trying things has `require_receipt: false` in deploy.yml.",
    )
