"""What is shipped of a real repository."""

import io
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

from tests.unit.fakes import config, manifest
from tests.unit.repositories import LOCK
from understudy.release import archive
from understudy.release import source as sources
from understudy.release.render import RenderedFile
from understudy.release.source import Source

RUN = RenderedFile(PurePosixPath("/srv/shop/releases/r1/run"), "#!/bin/sh\n", 0o755)
FILES = {"requirements.txt": LOCK, "shop/wsgi.py": "application = None\n"}


def find(project: Path, **app: Any) -> Source:
    return sources.resolve_source(config(app=app).app, project, project / ".cache")


def shipped(source: Source, compiler: str | None = None) -> dict[str, tuple[int, bytes, str]]:
    """What a release has: name -> mode, content, where it links to."""
    directory = PurePosixPath("/srv/shop/releases/r1")
    files = (
        RenderedFile(directory / "environment", "X=1\n"),
        RUN,
    )
    packed = b"".join(archive.release_tar(source, files, manifest("r1"), compiler))
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        return {member.name: (member.mode, content(tar, member), member.linkname) for member in tar}


def content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    reader = tar.extractfile(member) if member.isfile() else None
    return reader.read() if reader else b""
