"""Where receipts lie: .understudy/receipts/, each with its signature beside it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from understudy.errors import Refused
from understudy.paths import Project
from understudy.receipts import signing, statement
from understudy.receipts.statement import Receipt


@dataclass(frozen=True)
class Kept:
    """A receipt and its file; the signature is beside it, if it's signed."""

    path: Path
    receipt: Receipt

    @property
    def signature(self) -> Path:
        return self.path.with_name(f"{self.path.name}.sig")


def keep(project: Project, made: Receipt, key: Path | None) -> Kept:
    """Writes the receipt and its signature. Neither is ever there half, nor the receipt alone."""
    _directory(project).mkdir(parents=True, exist_ok=True)
    artifact = made.candidate.artifact
    time = f"{made.finished:%Y%m%dT%H%M%S.%fZ}"
    path = _directory(project) / f"{_name(artifact.name, artifact.source)}-{time}.json"
    kept, new = Kept(path, made), path.with_suffix(".new")
    new.write_text(statement.to_json(made), encoding="utf-8")
    if key:
        signing.sign(new, key).rename(kept.signature)
    new.rename(path)
    return kept


def _directory(project: Project) -> Path:
    return project.state / "receipts"


def _name(app: str, digest: str) -> str:
    return f"{app}-{digest[:16]}"


def find(project: Project, app: str, digest: str) -> Kept | None:
    """The newest receipt of an app with a source of that digest. Raises Refused if it can't be read."""
    # The time stands in the name.
    paths = sorted(_directory(project).glob(f"{_name(app, digest)}-*.json"))
    return _read(paths[-1]) if paths else None


def _read(path: Path) -> Kept:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise statement.unreadable(path.name, str(error)) from None
    return Kept(path, statement.parse(text, path.name))


def newest(project: Project, app: str) -> Mapping[str, Kept]:
    """Commit of an app -> its newest receipt that can be read; the newest of all comes last."""
    found: dict[str, Kept] = {}
    for kept in sorted(_readable(project, app), key=lambda kept: kept.receipt.finished):
        commit = kept.receipt.candidate.artifact.commit
        found.pop(commit, None)
        found[commit] = kept
    return found


def _readable(project: Project, app: str) -> Iterator[Kept]:
    for path in _directory(project).glob(f"{app}-*.json"):
        with suppress(Refused):
            kept = _read(path)
            # Another app's name may begin with this one's.
            if kept.receipt.candidate.artifact.name == app:
                yield kept
