"""From a commit and an observed host to what a plan needs: the desired state, and the files to send."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from understudy.config import domains, issuer
from understudy.config.target import TargetConfig
from understudy.deploy import environment, generated_secrets
from understudy.deploy.desired import DesiredState, Shipment
from understudy.errors import ConfigError, StepFailed
from understudy.host import session
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.local.exclusive_lock import exclusive_lock
from understudy.release import (
    archive,
    bytecode,
    compression,
    copies,
    lock_file,
    maintenance_files,
    other_python,
    render,
    static_files,
)
from understudy.release import source as sources
from understudy.release.layout import Manifest, manifest_subject, release_id

# Bytes that the site itself may write while a release is made: sessions, uploads, its database's journal.
ROOM_FOR_THE_SITE = 64 * 2**20


def desired_state(job: Job, source: sources.Source, observed: ObservedState) -> DesiredState:
    """What the host is to be like with that commit. Raises Refused if another site has one of the names or one
    of several hosts lacks a secret, and ConfigError if the issuer of `https: auto` can't be asked.
    """
    config, target, templates = job.config, job.target, job.project.templates
    issuer.require_terms(target, job.target_name)
    domains.refuse_if_taken(config, target, observed.other_sites, job.target_name)
    generated_secrets.refuse_with_company(config, target, job.target_name, observed)
    inputs = fingerprint_inputs(job, source, python=observed.python, secrets=observed.secrets)
    name = release_id(source.commit, inputs)
    release = Manifest(
        id=name,
        commit=source.commit,
        lock=_environment_name(job, source, observed),
        deployed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        deployed_by=session.who(),
        subject=manifest_subject(source.subject),
    )
    return DesiredState(
        config=config,
        target=target,
        release=release,
        release_files=render.release_files(config, target, name, templates),
        site_config=site_config(job, observed),
        config_before_https=_config_before_https(job, observed),
        acme_ca=acme_ca(target),
    )


def site_config(job: Job, observed: ObservedState) -> tuple[render.RenderedFile, ...]:
    """The site's nginx file and unit. A deploy leaves maintenance on that a person has turned on."""
    target = job.target if job.target.has_visitors else job.target.closed
    files = render.host_files(job.config, target, job.project.templates)
    return _with_maintenance(job, observed, files)


def _config_before_https(job: Job, observed: ObservedState) -> tuple[render.RenderedFile, ...]:
    if not job.target.asks_issuer:
        return ()
    files = render.files_before_https(job.config, job.target, job.project.templates)
    return _with_maintenance(job, observed, files)


def _with_maintenance(
    job: Job, observed: ObservedState, files: tuple[render.RenderedFile, ...]
) -> tuple[render.RenderedFile, ...]:
    on = observed.maintenance
    if not on or on.automatic:
        return files
    config, target, templates = job.config, job.target, job.project.templates
    return maintenance_files.with_maintenance(files, config, target, templates, on)


def acme_ca(target: TargetConfig) -> str:
    """Raises ConfigError if its file can't be read."""
    file = target.acme.ca
    if target.https != "auto" or file is None:
        return ""
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise ConfigError(f"acme.ca: {file} can't be read: {error}") from None


def _environment_name(job: Job, source: sources.Source, observed: ObservedState) -> str:
    """By what is installed on that host, and for which Python. Raises ConfigError for a lock for another."""
    lock, python = lock_file.parse(source.lock, "the lock file"), _python(observed)
    other_python.refuse(lock, python, job.target_name)
    installed = lock_file.installed(lock_file.for_host(lock, python, observed.machine))
    return f"{sha256(installed.encode()).hexdigest()[:12]}-{observed.python}"


def _python(observed: ObservedState) -> str:
    """As exactly as it is known."""
    return observed.exact_python or observed.python


def fingerprint_inputs(
    job: Job, source: sources.Source, *, python: str, secrets: str
) -> tuple[str, ...]:
    """All that makes one release of a commit differ from another: its id is a digest of these.

    python: the host's version, as "3.11". secrets: a checksum of the host's secrets.
    """
    config, target, templates = job.whole or job.config, job.target, job.project.templates
    # These files contain the id, which is not known yet: here "-" takes its place.
    without_id = render.release_files(config, target, "-", templates)
    app = config.app
    commands = (app.build_commands, app.release_commands, app.migrate_commands)
    return (
        *(source.tree, source.lock, python, repr(commands), secrets),
        *([app.static_directory] if app.static_directory else []),
        *(f"{host.address} {host.roles}" for host in target.host_list),
        *(file.content for file in without_id),
        # A running service follows a changed unit only when it is started again.
        *(file.content for file in render.release_units(config, target, templates)),
    )


def shipment(
    job: Job, source: sources.Source, desired: DesiredState, observed: ObservedState
) -> Shipment:
    """Makes what is to be sent. Gets packages only if the host lacks the environment.

    Several hosts take turns here, so that each package is downloaded once, and what the releases of all have
    in common is packed once.
    """
    release: tuple[bytes, ...] = ()
    compiler = bytecode.compiler(observed.python)
    with exclusive_lock(job.project.cache):
        if observed.release(desired.release.id) is None:
            release = archive.release_tar(
                source,
                desired.release_files,
                desired.release,
                compiler,
                desired.app.static_directory,
                _copies(job),
            )
        packages, libraries = _packages(job, source, desired, observed)
        missing = [tar for name, tar in packages.items() if name not in observed.packages]
        zstd = observed.zstd and compression.has_zstd()
        sent = compression.by_zstd(missing) if zstd else missing
    return Shipment(
        release,
        tuple(sent),
        tuple(packages),
        compiler is not None,
        room=sum(map(_unpacked, (*release, *map(_end, missing)))),
        zstd=zstd,
        libraries=libraries,
    )


def _copies(job: Job) -> copies.Maker | None:
    """Makes compressed copies of a static file; None if the site has none."""
    suffixes = static_files.suffixes(job.config)
    return copies.Maker(suffixes, job.project.cache / "compressed") if suffixes else None


def refuse_without_room(job: Job, observed: ObservedState, shipment: Shipment) -> None:
    """Raises StepFailed if the disk would be full: that would take the live release down as well."""
    if shipment.room and observed.free < shipment.room + ROOM_FOR_THE_SITE:
        raise StepFailed(
            f"{job.target_name} has {observed.free // 2**20} MiB of disk free; this release takes "
            f"{shipment.room // 2**20} MiB, and the site needs {ROOM_FOR_THE_SITE // 2**20} MiB to run",
            hint="`df -h` on the host shows its disks."
            + (" The live release has not changed." if observed.current else ""),
        )


def _packages(
    job: Job, source: sources.Source, desired: DesiredState, observed: ObservedState
) -> tuple[Mapping[str, Path], Mapping[str, str]]:
    """As packages.packages(); none if the host has the environment."""
    if not environment.needed(desired, observed):
        return {}, {}
    # What gets and builds packages takes long to import.
    from understudy.deploy import packages

    return packages.packages(job, source, observed, _python(observed))


def _unpacked(gzipped: bytes) -> int:
    """Bytes of its content, below 4 GiB: the end of a gzip file has their number (RFC 1952)."""
    return int.from_bytes(gzipped[-4:], "little")


def _end(tar: Path) -> bytes:
    """The last bytes of a file."""
    with tar.open("rb") as content:
        content.seek(-4, os.SEEK_END)
        return content.read()
