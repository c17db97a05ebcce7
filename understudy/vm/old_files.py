"""Finds and removes what is unused: in Vagrant's home, in libvirt's pool, in the project's cache."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from understudy.errors import UnderstudyError
from understudy.paths import Project
from understudy.vm import pool, unused, vm_host
from understudy.vm.unused import BoxVersion, StoredBox, Unused

# Directories of the cache whose files need nothing of each other.
_OF_FILES = ("packages", "compressed")
_SLASH = "-VAGRANTSLASH-"
_BOX = ".box"


def find(project: Project, host: str = "") -> list[Unused]:
    """All that can be removed; nothing of VMs if Vagrant's list of them can't be read.

    host: another machine with images, by its URL.
    """
    return [*_of_vms(project, host), *_cache(project)]


def remove(one: Unused) -> None:
    """Raises StepFailed if libvirt refuses; a file that is gone is no error."""
    if one.kind == "image":
        host, _, name = one.key.rpartition(" ")
        pool.remove(name, vm_host.uri_of(host))
        return
    path = Path(one.key)
    if path.suffix == _BOX:
        # Without it the box is built when it is needed.
        path.with_suffix(".json").unlink(missing_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _of_vms(project: Project, host: str) -> Iterator[Unused]:
    file = _vagrant_home() / "data" / "machine-index" / "index"
    index = file.read_text(encoding="utf-8") if file.is_file() else ""
    there = [path for path in unused.directories(index) if Path(path).exists()]
    used = unused.boxes_in_use(index, there)
    if used is None:
        return
    kept = [path.stem.partition("-")[2] for path in project.state.glob("boxes/*.json")]
    yield from unused.boxes(_stored(), used, kept)
    # Without libvirt there are no images.
    for where in dict.fromkeys(("", host)):
        with suppress(UnderstudyError):
            uri = vm_host.uri_of(where)
            yield from unused.images(pool.volumes(uri), pool.disks(uri), used, where)


def _stored() -> Iterator[StoredBox]:
    for path in sorted(_vagrant_home().glob(f"boxes/*{_SLASH}*/[0-9]*")):
        box = BoxVersion(path.parent.name.replace(_SLASH, "/"), path.name)
        yield StoredBox(box, str(path), _size(path), _age(path))


def _cache(project: Project) -> Iterator[Unused]:
    """What nothing has read for long: files, and directories as a whole. Each can be made again."""
    single = (path for name in _OF_FILES for path in project.cache.glob(f"{name}/*"))
    whole = (one for one in project.cache.glob("*") if one.is_dir() and one.name not in _OF_FILES)
    boxes = project.state.glob(f"boxes/*{_BOX}")
    for path in sorted((*boxes, *single, *whole)):
        if _age(path) >= unused.DAYS_OF_CACHE:
            name = str(path.relative_to(project.directory))
            yield Unused("cache", str(path), name, _size(path))


def _vagrant_home() -> Path:
    return Path(os.environ.get("VAGRANT_HOME") or Path.home() / ".vagrant.d")


def _files(path: Path) -> Iterator[Path]:
    return path.rglob("*") if path.is_dir() and not path.is_symlink() else iter(())


def _size(path: Path) -> int:
    """Bytes on the disk."""
    return sum(one.lstat().st_blocks * 512 for one in (path, *_files(path)))


def _age(path: Path) -> float:
    """In days since it, or a file in it, was written or read."""
    return (time.time() - max(map(_last_use, (path, *_files(path))))) / 86400


def _last_use(path: Path) -> float:
    found = path.lstat()
    # To look into a directory counts as reading it.
    return found.st_mtime if path.is_dir() else max(found.st_mtime, found.st_atime)
