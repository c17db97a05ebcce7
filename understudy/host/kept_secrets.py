"""The secrets of a disposable target are kept on this machine, since a reset of the VM loses those on it.

The file is readable by its owner only. No secret of another target is ever kept here.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from understudy.errors import StepFailed
from understudy.job import Job


def keep(job: Job, name: str, value: str) -> None:
    """Keeps a secret that was set on a disposable target. Does nothing for another target."""
    if job.target.disposable:
        _write(job, {**values(job), name: value})


def drop(job: Job, name: str) -> None:
    """Forgets a secret."""
    if name in values(job):
        _write(job, {known: value for known, value in values(job).items() if known != name})


def values(job: Job) -> Mapping[str, str]:
    """Name -> value, in the order in which they were set. Raises StepFailed if the file is damaged."""
    file = _file(job)
    if not file.exists():
        return {}
    try:
        found: dict[str, str] = json.loads(file.read_text())
    except ValueError:
        raise StepFailed(
            f"{file} is damaged", hint="Remove it, then set the secrets again."
        ) from None
    return found


def digest(job: Job) -> str:
    """A checksum of all of them; "" without any."""
    kept = values(job)
    return sha256(json.dumps(kept).encode()).hexdigest() if kept else ""


def _file(job: Job) -> Path:
    site = f"{job.config.app.name}-{job.target_name}"
    return job.project.kept_secrets / f"{site}-{job.config.vm.name}.json"


def _write(job: Job, kept: Mapping[str, str]) -> None:
    file = _file(job)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(json.dumps(kept))
    new.replace(file)
