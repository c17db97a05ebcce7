"""The time of a code-only change and of a deploy with nothing to do, on more and more hosts.

Each tool deploys to the VM; then the VM's files are copied, and the tool's hosts are copies of that copy. All
hosts are changed at once, as far as the tool does that.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import namespaces, plot, stage, tables
from benchmarks.app import STATE, App
from benchmarks.plan import Plan, Provider
from benchmarks.samples import Sample, medians
from benchmarks.scenarios import CODE, FIRST, NOTHING, deployed
from benchmarks.timing import Run, run, timed
from benchmarks.tools import (
    FLOOR,
    TOOLS,
    USER,
    Place,
    Tool,
    install_peers,
    require_nothing_done,
)

ROUNDS = 3
COUNTS = (1, 16, 64)
UNIT = "hosts"
NAMESPACES = "network namespaces"
REFERENCES = {NOTHING: FLOOR, CODE: FLOOR}
# Directories that no tool reads.
LEFT_OUT = ("/boot", "/usr/lib/modules", "/usr/share/doc", "/var/cache", "/var/log")


def measure(plan: Plan) -> Iterator[Sample]:
    if os.geteuid() != 0:
        raise SystemExit("hosts as network namespaces need root")
    install_peers()
    with TemporaryDirectory() as directory:
        copies = {
            tool.name: _copy(tool, Path(directory) / tool.name, plan.providers[0]) for tool in TOOLS
        }
        for number in range(plan.rounds(ROUNDS)):
            for tool in TOOLS:
                yield from growth(tool, *copies[tool.name], COUNTS, number * len(COUNTS))


def describe(samples: Sequence[Sample]) -> str:
    return "\n\n".join(
        f"{what.capitalize()}:\n\n{tables.growth(_of(samples, what), what, UNIT)}"
        for what in (NOTHING, CODE)
    )


def picture(samples: Sequence[Sample]) -> str:
    return plot.picture("Time of a code-only change by hosts", UNIT, medians(samples, CODE))


def _of(samples: Sequence[Sample], what: str) -> list[Sample]:
    return [sample for sample in samples if sample.what == what]


def _copy(tool: Tool, directory: Path, provider: Provider) -> tuple[App, Path]:
    """An app that the tool has deployed, and the files of the host that it was deployed to."""
    directory.mkdir()
    tree = STATE / "hosts" / tool.name
    shutil.rmtree(tree, ignore_errors=True)
    with stage.fresh(directory, provider) as app:
        deployed(tool, app, FIRST, 0)
        _copy_files(app, tree)
        (tree / "etc" / "active-units").write_text(_active_units(app))
    return app, tree


def _copy_files(app: App, tree: Path) -> None:
    """Copies all files of the VM. Files that an earlier copy here has are not sent again."""
    others = [str(other) for other in tree.parent.glob("*/")]
    tree.mkdir(parents=True)
    where = stage.place(app)
    run(
        *("rsync", "--archive", "--numeric-ids", "--one-file-system", "--rsync-path", "sudo rsync"),
        *(f"--link-dest={other}" for other in others),
        *(f"--exclude={path}/*" for path in LEFT_OUT),
        *("--rsh", " ".join(("ssh", *where.ssh_options))),
        *(f"{USER}@{where.addresses[0]}:/", f"{tree}/"),
    )


def _active_units(app: App) -> str:
    """The names of the active services, one a line."""
    listed = "systemctl list-units --plain --no-legend --state=active --type=service"
    return "".join(
        f"{line.split()[0]}\n" for line in stage.ssh(app, listed).output.splitlines() if line
    )


def growth(
    tool: Tool, app: App, tree: Path, counts: Sequence[int], version: int
) -> Iterator[Sample]:
    """On so many hosts in turn. version: the app's last one."""
    with namespaces.hosts(tree, max(counts), STATE / "known_hosts") as place:
        # Not measured: the first time, files that all hosts share are read from the disk.
        timed(tool.deploy(app, Place(place.addresses[:1], place.known_hosts)))
        for new, count in enumerate(counts, version + 1):
            some = Place(place.addresses[:count], place.known_hosts)
            app.change_code(new)
            yield _sample(CODE, tool, count, timed(tool.deploy(app, some)))
            done = timed(tool.deploy(app, some))
            # So the run before it has changed all of them.
            require_nothing_done(tool, done.output, count)
            yield _sample(NOTHING, tool, count, done)


def _sample(what: str, tool: Tool, count: int, done: Run) -> Sample:
    return Sample(
        what, tool.name, done.seconds, NAMESPACES, count, done.memory, together=done.together
    )
