"""The machines that the staging VM consists of: one, or one for each host of production."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.vm.address import machines

One = TypeVar("One")


@dataclass(frozen=True)
class Member:
    """One machine. name: its provider's for it. job: on its host. console: the log of its console."""

    name: str
    job: Job
    console: Path


def members(job: Job) -> tuple[Member, ...]:
    """job: on the VM's target. The first one has the VM's own name, and visitors meet it."""
    found = machines(job.config)
    return tuple(
        Member(
            name,
            replace(job, address=address or None) if len(found) > 1 else job,
            directory(job.project, name) / "console.log",
        )
        for name, address in found.items()
    )


def directory(project: Project, name: str) -> Path:
    """Where this machine keeps what it knows of a VM of that name."""
    return project.state / "vm" / name


def record(
    project: Project, found: Sequence[Member], sizes: Mapping[str, Mapping[str, int]]
) -> None:
    """Writes down, for the Vagrantfile, which machines are to be built. A single one is not written down."""
    if len(found) > 1:
        shapes = [
            {"name": one.name, "address": one.job.address, **sizes.get(one.name, {})}
            for one in found
        ]
        atomic_write(_file(project, found[0].name), json.dumps(shapes, indent=1))


def forget(project: Project, name: str) -> None:
    _file(project, name).unlink(missing_ok=True)


def built(project: Project, name: str) -> tuple[str, ...]:
    """The names of the machines that Vagrant knows: deploy.yml may want others by now."""
    file = _file(project, name)
    return tuple(one["name"] for one in json.loads(file.read_text())) if file.exists() else (name,)


def _file(project: Project, name: str) -> Path:
    return directory(project, name) / "machines.json"


def at_once(found: Sequence[One], work: Callable[[One], object]) -> None:
    """Works on all of them at the same time. Waits for all, also if one fails; raises what the first raised."""
    if len(found) == 1:
        work(found[0])
        return
    with ThreadPoolExecutor(max(len(found), 1), thread_name_prefix="vm") as pool:
        running = [pool.submit(work, one) for one in found]
    for one in running:
        one.result()
