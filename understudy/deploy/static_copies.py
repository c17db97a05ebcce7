"""Compressed copies of the static files that release commands have made on a host: made here, sent there."""

import json
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from understudy.commands import Argv, answers, as_user, files
from understudy.deploy.desired import DesiredState
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.local.exclusive_lock import exclusive_lock
from understudy.release import copies, static_files
from understudy.ssh.connection import Result, SshConnection

# The start of the line with the files as JSON, in the output of the release's commands: templates/commands.py.
MARK = "==> to compress "
_DIGEST = re.compile(r"[0-9a-f]{64}")


def send(job: Job, connection: SshConnection, desired: DesiredState, output: str) -> None:
    """Sends copies of the files that a step's output names. A failure is a warning: nginx compresses these
    itself then, each time.
    """
    try:
        if lacking := lacking_in(output):
            with job.report.step(f"compress static files: {len(lacking)} new"):
                _send(job, connection, desired, lacking)
    except StepFailed as error:
        job.report.warn(f"static files have no compressed copies: {error.summary}\n{error.details}")


def lacking_in(output: str) -> Mapping[str, str]:
    """Path below the static directory -> SHA-256 of the file. Raises StepFailed if the line makes no sense."""
    lines = [line for line in output.splitlines() if line.startswith(MARK)]
    with answers.understood("list of static files"):
        lacking: dict[str, str] = json.loads(lines[-1].removeprefix(MARK)) if lines else {}
        for name, digest in lacking.items():
            name.encode(errors="surrogateescape")
            answers.fitting("static file's digest", digest, _DIGEST)
    return lacking


def _send(
    job: Job, connection: SshConnection, desired: DesiredState, lacking: Mapping[str, str]
) -> None:
    user, directory = desired.app.name, desired.paths.static(desired.release.id)
    suffixes, cache = static_files.suffixes(desired.config), job.project.cache / "compressed"
    unknown = [name for name, digest in lacking.items() if not copies.kept(digest, suffixes, cache)]
    if unknown:
        tar = _fetch(connection, as_user(user, files.read_each(directory)), unknown)
        with exclusive_lock(job.project.cache):
            for content in _contents(tar):
                copies.make(content, suffixes, cache)
    made = _tar(lacking, suffixes, cache)
    _check(connection.send(as_user(user, files.unpack_into(directory)), [made]))


def _fetch(connection: SshConnection, argv: Argv, names: Sequence[str]) -> BytesIO:
    """A tar of the files."""
    pieces: list[bytes] = []
    listed = "\0".join(names).encode(errors="surrogateescape")
    _check(connection.receive(argv, [listed], pieces.append))
    return BytesIO(b"".join(pieces))


def _check(done: Result) -> None:
    if not done.ok:
        raise StepFailed("the host's tar failed", details=done.text)


def _contents(tar: BytesIO) -> Iterator[bytes]:
    """Raises StepFailed if that is no tar."""
    try:
        with tarfile.open(fileobj=tar) as archive:
            for member in archive:
                if member.isfile() and (content := archive.extractfile(member)):
                    yield content.read()
    except tarfile.TarError as error:
        raise StepFailed("what the host's tar sent can't be read", details=str(error)) from None


def _tar(lacking: Mapping[str, str], suffixes: Sequence[str], cache: Path) -> bytes:
    """The copies by their names. A file that has changed since it was listed gets none."""
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, digest in lacking.items():
            for suffix, content in (copies.kept(digest, suffixes, cache) or {}).items():
                member = tarfile.TarInfo(f"{name}{suffix}")
                member.size, member.mode = len(content), 0o644
                tar.addfile(member, BytesIO(content))
    return buffer.getvalue()
