"""Data that was pulled, as it's kept on this machine: a directory of sealed files and what they hold.

It's written as `….new` and renamed last, and then takes the place of the one before.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

from understudy.errors import Refused
from understudy.job import Job
from understudy.local.exclusive_lock import exclusive_lock

_TOLD = "pulled.json"
# No database is called so: those are named like a site, or end in .db or .sqlite3.
MEDIA = "media.tar"


@dataclass(frozen=True)
class DataBundle:
    """source: the target it's from. at: when, in the names of backups. size: bytes there.

    parts: the names of the databases. rows: how many a table has. media: how many uploaded files.
    digest: of the sealed files; keep() makes it.
    """

    source: str
    engine: str
    at: str
    size: int
    parts: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    media: int = 0
    digest: str = ""

    @property
    def backup(self) -> str:
        """The name of the backup that it becomes on a host."""
        return f"{self.at}-pulled"

    @property
    def taken(self) -> datetime:
        return datetime.strptime(self.at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def sealed_file(directory: Path, part: str) -> Path:
    return directory / f"{part}.sealed"


def place(job: Job, source: str) -> Path:
    return job.project.state / "data" / f"{job.config.app.name}-{source}"


@contextmanager
def new(job: Job, source: str) -> Iterator[Path]:
    """An empty directory to write into, up to keep(). If that fails, nothing is left of it."""
    directory = place(job, source).with_suffix(".new")
    with exclusive_lock(directory.parent):
        # Of a pull that was killed.
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o700)
        try:
            yield directory
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise


def keep(job: Job, pulled: DataBundle) -> None:
    """What was written into new() is whole."""
    directory = place(job, pulled.source)
    new = directory.with_suffix(".new")
    told = replace(pulled, digest=_digest(new))
    (new / _TOLD).write_text(json.dumps(asdict(told), indent=1))
    shutil.rmtree(directory, ignore_errors=True)
    new.rename(directory)


def _digest(directory: Path) -> str:
    """No two pulls have the same: each file begins with a nonce of its own."""
    digest = sha256()
    for file in sorted(directory.iterdir()):
        with file.open("rb") as sealed:
            digest.update(file_digest(sealed, "sha256").digest())
    return digest.hexdigest()


def find(job: Job, source: str) -> DataBundle:
    """Raises Refused if nothing was pulled from that target."""
    file = place(job, source) / _TOLD
    if not file.exists():
        raise Refused(
            f"no data was pulled from {source}", hint=f"python deploy.py data pull --from {source}"
        )
    told = json.loads(file.read_text())
    return DataBundle(**{**told, "parts": tuple(told["parts"])})
