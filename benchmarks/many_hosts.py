"""The time of a deploy with nothing to do, on more and more hosts.

Each tool deploys to the VM; then the VM's files are copied, and the tool's hosts are copies of that copy.
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
from benchmarks.scenarios import FIRST, NOTHING, deployed
from benchmarks.timing import run, timed
from benchmarks.tools import (
    FLOOR,
    TOOLS,
    USER,
    Place,
    Tool,
    install_peers,
    require_nothing_done,
)

ROUNDS = 5
COUNTS = (1, 2, 4, 8, 16)
UNIT = "hosts"
NAMESPACES = "network namespaces"
REFERENCES = {NOTHING: FLOOR}
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
        for _ in range(plan.rounds(ROUNDS)):
            for tool in TOOLS:
                yield from _growth(tool, *copies[tool.name])


def describe(samples: Sequence[Sample]) -> str:
    return tables.growth(samples, NOTHING, UNIT)


def picture(samples: Sequence[Sample]) -> str:
    return plot.picture("Time of nothing to do by hosts", UNIT, medians(samples, NOTHING))


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


def _growth(tool: Tool, app: App, tree: Path) -> Iterator[Sample]:
    with namespaces.hosts(tree, COUNTS[-1], STATE / "known_hosts") as place:
        # Not measured: the first time, each host reads its files from the disk.
        timed(tool.deploy(app, place))
        for count in COUNTS:
            some = Place(place.addresses[:count], place.known_hosts)
            done = timed(tool.deploy(app, some))
            require_nothing_done(tool, done.output, count)
            yield Sample(NOTHING, tool.name, done.seconds, NAMESPACES, count, done.memory)
