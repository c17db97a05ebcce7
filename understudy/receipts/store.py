"""Receipts on disk: .understudy/receipts/ holds each one, and its signature beside it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from understudy.errors import Refused
from understudy.paths import Project
from understudy.receipts import signing, statement
from understudy.receipts.statement import Receipt


@dataclass(frozen=True)
class StoredReceipt:
    """A receipt and its file."""

    path: Path
    receipt: Receipt

    @property
    def signature(self) -> Path:
        """The file of the signature; it exists only if the receipt is signed."""
        return self.path.with_name(f"{self.path.name}.sig")


def save(project: Project, made: Receipt, key: Path | None) -> StoredReceipt:
    """Writes the receipt and, with a key, its signature first: no reader finds half of either.

    Raises what signing.sign() raises; nothing is saved then.
    """
    _directory(project).mkdir(parents=True, exist_ok=True)
    artifact = made.candidate.artifact
    time = f"{made.finished:%Y%m%dT%H%M%S.%fZ}"
    path = _directory(project) / f"{_name(artifact.name, artifact.source)}-{time}.json"
    stored, new = StoredReceipt(path, made), path.with_suffix(".new")
    new.write_text(statement.to_json(made), encoding="utf-8")
    if key:
        signing.sign(new, key).rename(stored.signature)
    new.rename(path)
    return stored


def _directory(project: Project) -> Path:
    return project.state / "receipts"


def _name(app: str, digest: str) -> str:
    return f"{app}-{digest[:16]}"


def find(project: Project, app: str, digest: str) -> StoredReceipt | None:
    """The newest receipt of an app for the source with that digest. Raises Refused if it can't be read."""
    # The name ends with the time, so that the newest is the last by name.
    paths = sorted(_directory(project).glob(f"{_name(app, digest)}-*.json"))
    return _read(paths[-1]) if paths else None


def _read(path: Path) -> StoredReceipt:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise statement.unreadable(path.name, str(error)) from None
    return StoredReceipt(path, statement.parse(text, path.name))


def newest(project: Project, app: str) -> Mapping[str, StoredReceipt]:
    """Commit of an app -> its newest readable receipt; the newest of all comes last."""
    found: dict[str, StoredReceipt] = {}
    for stored in sorted(_readable(project, app), key=lambda stored: stored.receipt.finished):
        commit = stored.receipt.candidate.artifact.commit
        found.pop(commit, None)
        found[commit] = stored
    return found


def _readable(project: Project, app: str) -> Iterator[StoredReceipt]:
    for path in _directory(project).glob(f"{app}-*.json"):
        with suppress(Refused):
            stored = _read(path)
            # The name of another app may begin with the name of this one.
            if stored.receipt.candidate.artifact.name == app:
                yield stored
