"""Compressed copies of static files, kept on this machine by the digest of what they are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from understudy.release import static_files

# Suffix of a copy's name -> its content.
Copies = Mapping[str, bytes]


@dataclass(frozen=True)
class Maker:
    """make() for a site: what two of them make of a content is the same if they are equal."""

    suffixes: tuple[str, ...]
    cache: Path

    def __call__(self, content: bytes) -> Copies:
        return make(content, self.suffixes, self.cache)


def make(content: bytes, suffixes: Sequence[str], cache: Path) -> Copies:
    """The copies of a content, made only once."""
    digest = sha256(content).hexdigest()
    for suffix in suffixes:
        file = cache / f"{digest}{suffix}"
        if not file.exists():
            cache.mkdir(parents=True, exist_ok=True)
            new = file.with_name(f".{file.name}.new")
            new.write_bytes(static_files.compressed(content, suffix))
            new.replace(file)
    return kept(digest, suffixes, cache) or {}


def kept(digest: str, suffixes: Sequence[str], cache: Path) -> Copies | None:
    """What make() has made before of the content with that SHA-256."""
    files = {suffix: cache / f"{digest}{suffix}" for suffix in suffixes}
    if not all(file.exists() for file in files.values()):
        return None
    return {suffix: file.read_bytes() for suffix, file in files.items()}
