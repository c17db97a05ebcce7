"""A release as one tar, built on this machine: the host only unpacks it."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from understudy.release import bytecode, static_files
from understudy.release.copies import Copies
from understudy.release.layout import Manifest
from understudy.release.render import RenderedFile
from understudy.release.source import Source, members


def release_tar(
    source: Source,
    files: Sequence[RenderedFile],
    manifest: Manifest,
    compiler: str | None,
    static: str | None = None,
    copies: Callable[[bytes], Copies] | None = None,
) -> tuple[bytes, bytes]:
    """Everything a release has, as a gzipped tar in two parts, each compressed for itself: the source, which
    is packed once for all hosts, and what is the host's own.

    compiler: the Python that compiles the source; None leaves that to the host. static: the folder of the
    source that nginx serves; None if release commands collect static files. copies: makes the compressed
    copies of a static file; None without any. Those of two hosts are equal if they make the same.
    """
    own = _host_part(source, files, manifest, static)
    return _source_part(source, compiler, static, copies), own


# For the candidate and the live release.
@lru_cache(maxsize=2)
def _source_part(
    source: Source,
    compiler: str | None,
    static: str | None,
    copies: Callable[[bytes], Copies] | None,
) -> bytes:
    """Without the end of a tar: another part follows."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        _add_directory(tar, "source")
        shipped = _with_copies(source, static, copies) if static and copies else members(source)
        for member, content in shipped:
            tar.addfile(member, io.BytesIO(content))
        for name, content in _compiled(source, compiler) if compiler else ():
            _add_content(tar, name, content)
        end = tar.offset
    return _compressed(buffer.getbuffer()[:end])


def _host_part(
    source: Source, files: Sequence[RenderedFile], manifest: Manifest, static: str | None
) -> bytes:
    """Its files have the release's id, which may follow from the host's secrets."""
    buffer = io.BytesIO()
    site = files[0].path.parts[2]
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in files:
            _add_file(tar, file.path.name, file.content, file.mode)
        _add_file(tar, "requirements.txt", source.lock)
        _add_file(tar, "manifest.json.new", json.dumps(manifest.to_dict()))
        _add_link(tar, "venv", f"../../venvs/{manifest.lock}")
        _add_link(tar, "static", f"source/{static}" if static else f"../../static/{manifest.id}")
        _add_link(tar, "socket", f"/run/{site}/{manifest.id}.sock")
    return _compressed(buffer.getbuffer())


def _compressed(tar: memoryview) -> bytes:
    return gzip.compress(tar, 6, mtime=0)


def _with_copies(
    source: Source, static: str, copies: Callable[[bytes], Copies]
) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """The source, with compressed copies of the text files in that folder. Those of the commit itself are left
    out: they may be of another content, and nginx would send it.
    """
    names = {member.name for member, _ in members(source)}
    for member, content in members(source):
        served = member.name.startswith(f"source/{static}/")
        if served and static_files.is_copy(member.name, names):
            continue
        yield member, content
        if served and member.isfile() and static_files.is_text(member.name):
            for suffix, copy in copies(content).items():
                info = tarfile.TarInfo(member.name + suffix)
                # nginx makes the ETag of a file's time and size.
                info.size, info.mode, info.mtime = len(copy), 0o644, member.mtime
                yield info, copy


@lru_cache(maxsize=2)
def _compiled(source: Source, compiler: str) -> tuple[tuple[str, bytes], ...]:
    """The bytecode of the source's Python files, by name in a release."""
    python = {
        member.name: (content, int(member.mtime))
        for member, content in members(source)
        if member.isfile() and member.name.endswith(".py")
    }
    return bytecode.compiled(compiler, "source", python)


def _add_file(tar: tarfile.TarFile, name: str, content: str, mode: int = 0o644) -> None:
    _add_content(tar, name, content.encode(), mode)


def _add_content(tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    tar.addfile(info, io.BytesIO(content))


def _add_directory(tar: tarfile.TarFile, name: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    tar.addfile(info)


def _add_link(tar: tarfile.TarFile, name: str, destination: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, destination
    tar.addfile(info)
