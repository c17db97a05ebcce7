"""What takes disk on this machine and no VM needs: boxes of Vagrant and images of libvirt's pool. Pure."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

# Younger ones may belong to a VM that is being built: Vagrant knows a box before it knows the VM.
DAYS = 1
# A file of the cache that was not read for so long.
DAYS_OF_CACHE = 60
_OURS = "understudy/"
_IMAGE = re.compile(r"understudy-VAGRANTSLASH-([a-z0-9-]+)_vagrant_box_image_([0-9.]+)_box\.img")


@dataclass(frozen=True)
class BoxVersion:
    """A box as Vagrant names it: understudy/bookworm, 1.4236930648."""

    name: str
    version: str


@dataclass(frozen=True)
class StoredBox:
    """A box in Vagrant's home. path: its directory; age: in days."""

    box: BoxVersion
    path: str
    size: int
    age: float


@dataclass(frozen=True)
class Volume:
    """A volume of libvirt's pool. backing: the path that it builds upon, "" for none; age: in days."""

    name: str
    path: str
    size: int
    age: float
    backing: str = ""


@dataclass(frozen=True)
class Unused:
    """kind: what removes it. key: a path; of an image the name of its volume, after the URL of another machine
    that has it; of a VM and of the tree of a box for containers `lxc:NAME` or `libvirt:NAME`.
    """

    kind: Literal["box", "image", "cache", "vm", "tree"]
    key: str
    name: str
    size: int


def boxes_in_use(index: str, exists: Collection[str]) -> frozenset[BoxVersion] | None:
    """Of all VMs of this user. index: Vagrant's machine index; exists: the directories of VMs that are there.

    None if the index can't be understood: then any box may be in use.
    """
    try:
        machines = json.loads(index)["machines"].values() if index.strip() else ()
        boxes = [
            one["extra_data"]["box"]
            for one in machines
            if one["local_data_path"] in exists and one.get("extra_data", {}).get("box")
        ]
        return frozenset(BoxVersion(one["name"], one["version"]) for one in boxes)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def is_of_ours(disks: Iterable[str], volumes: Iterable[Volume]) -> bool:
    """Whether a VM's disks build upon an image of one of our boxes."""
    backing = {one.path: one.backing for one in volumes}
    return any(_IMAGE.fullmatch(backing.get(disk, "").rpartition("/")[2]) for disk in disks)


def directories(index: str) -> list[str]:
    """Of the VMs in the index."""
    try:
        return [str(one["local_data_path"]) for one in json.loads(index)["machines"].values()]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []


def boxes(
    stored: Iterable[StoredBox], used: Collection[BoxVersion], kept: Collection[str]
) -> Iterator[Unused]:
    """kept: versions of boxes that this project has built, and uses for its next VM."""
    for one in stored:
        is_ours = one.box.name.startswith(_OURS)
        if is_ours and one.age >= DAYS and one.box not in used and one.box.version not in kept:
            yield Unused("box", one.path, f"{one.box.name} {one.box.version}", one.size)


def images(
    volumes: Collection[Volume],
    disks: Collection[str],
    used: Collection[BoxVersion],
    host: str = "",
) -> Iterator[Unused]:
    """disks: paths of all disks of VMs. An image that another volume builds upon is in use, whosever it is.

    host: the machine that has them, by its URL; "" for this one.
    """
    built_upon = {one.backing for one in volumes}
    for one in volumes:
        found = _IMAGE.fullmatch(one.name)
        if not found or one.age < DAYS or one.path in built_upon or one.path in disks:
            continue
        if BoxVersion(f"{_OURS}{found[1]}", found[2]) not in used:
            name = f"{_OURS}{found[1]} {found[2]}"
            on, key = (f" on {host}", f"{host} {one.name}") if host else ("", one.name)
            yield Unused("image", key, f"{name}{on}", one.size)
