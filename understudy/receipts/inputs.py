"""What a receipt is compared by: the candidate for a deploy, and the host's system."""

from hashlib import sha256

from understudy.host import fingerprint, query_errors
from understudy.host.fingerprint import Fingerprint
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.receipts.statement import Artifact, Candidate
from understudy.release import render
from understudy.release import source as sources
from understudy.ssh.connection import Connection

# Keys of app: that don't change how the app runs: where it comes from, and how much of it is kept.
_NOT_COMPARED = {
    *("source", "revision", "subdirectory", "index_secrets"),
    *("keep_releases", "keep_backups"),
}


def candidate(job: Job, source: sources.Source, target_name: str) -> Candidate:
    """All that decides what a rehearsal of this source on that target shows."""
    config, target, templates = job.config, job.config.target(target_name), job.project.templates
    files = (
        *render.host_files(config, target, templates),
        # A dash in place of the release id, which is another one in each deploy.
        *render.release_files(config, target, "-", templates),
    )
    settings = config.app.model_dump_json(exclude=_NOT_COMPARED)
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
        provisioning=of_project(job.project, config, target).stamp,
        migrations=sources.migrations(source),
    )


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def fingerprint_of(connection: Connection) -> Fingerprint:
    """The system of the host at the other end. Changes nothing there.

    Raises StepFailed if it can't be read within 60 seconds.
    """
    done = connection.run(fingerprint.query(), seconds=60)
    if not done.ok:
        raise query_errors.failed("the host's system", done.text)
    return fingerprint.parse(done.output)
