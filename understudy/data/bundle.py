"""Data that was pulled, as this machine keeps it: a directory of encrypted files, and what is in them.

The directory is written as `….new` and renamed last; then it replaces the one before.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

from understudy.errors import ConfigError, Refused
from understudy.job import Job
from understudy.local.exclusive_lock import exclusive_lock

_DESCRIPTION = "pulled.json"
# No database has this name: they are named like a site, or end in .db or .sqlite3.
MEDIA = "media.tar"
# Those that the queries can read.
ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class DataBundle:
    """What was pulled. source: the target it's from. at: when, as in the names of backups. size: bytes there.

    parts: the names of the databases. rows: table -> its number of rows. media: the number of uploaded
    files. mark: the word around texts that have the source's names, "" without any; see rewrite_marks.py.
    digest: of the encrypted files, set by keep(). rewriting: how names are replaced on the way to the
    target that it is loaded onto, set by load.find().
    """

    source: str
    engine: str
    at: str
    size: int
    parts: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    media: int = 0
    mark: str = ""
    digest: str = ""
    rewriting: str = ""

    @property
    def backup(self) -> str:
        """The name of the backup that a host makes of it."""
        return "-".join(filter(None, (self.at, "pulled", self.rewriting)))

    @property
    def taken(self) -> datetime:
        return datetime.strptime(self.at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def refuse_other_engines(job: Job) -> None:
    """Raises ConfigError for a database whose data is not pulled."""
    engine = job.config.app.database
    if engine not in ENGINES:
        raise ConfigError(
            f"data is not pulled from database: {engine}, nor loaded into it",
            hint="docs/data.md lists which promises hold for which database. Fill staging by a command of the "
            "app, such as loaddata: python deploy.py run -- python manage.py loaddata …",
        )


def sealed_file(directory: Path, part: str) -> Path:
    """The encrypted file of a database or of the media."""
    return directory / f"{part}.sealed"


def place(job: Job, source: str) -> Path:
    """The directory for the data of that target."""
    return job.project.state / "data" / f"{job.config.app.name}-{source}"


@contextmanager
def new(job: Job, source: str) -> Iterator[Path]:
    """An empty directory for the block to write into and then keep(). An error of the block removes it."""
    directory = place(job, source).with_suffix(".new")
    with exclusive_lock(directory.parent):
        # Left by a pull that was killed.
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o700)
        try:
            yield directory
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise


def keep(job: Job, pulled: DataBundle) -> None:
    """Puts what was written into new() in the place of the pull before."""
    directory = place(job, pulled.source)
    new = directory.with_suffix(".new")
    description = replace(pulled, digest=_digest(new))
    (new / _DESCRIPTION).write_text(json.dumps(asdict(description), indent=1))
    shutil.rmtree(directory, ignore_errors=True)
    new.rename(directory)


def find(job: Job, source: str) -> DataBundle:
    """The data that was pulled from that target. Raises Refused if there is none."""
    file = place(job, source) / _DESCRIPTION
    if not file.exists():
        raise Refused(
            f"no data was pulled from {source}", hint=f"python deploy.py data pull --from {source}"
        )
    description = json.loads(file.read_text())
    return DataBundle(**{**description, "parts": tuple(description["parts"])})


def _digest(directory: Path) -> str:
    """No two pulls have the same: each file begins with a nonce of its own."""
    digest = sha256()
    for file in sorted(directory.iterdir()):
        with file.open("rb") as sealed:
            digest.update(file_digest(sealed, "sha256").digest())
    return digest.hexdigest()
