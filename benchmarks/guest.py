"""The building blocks of a deploy: programs that it runs on a host, and SSH to the host."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import stage, tables
from benchmarks.app import SITE, App
from benchmarks.plan import Plan
from benchmarks.samples import Sample, Summary, of, providers_of
from benchmarks.scenarios import CONNECTION

PROGRAM = Path(__file__).with_name("guest.sh")
# What runs it: not a tool, but the host.
HOST = "host"
OPEN = "`ssh true` over an open connection"


def measure(plan: Plan) -> Iterator[Sample]:
    for provider in plan.providers:
        with TemporaryDirectory() as directory, stage.fresh(Path(directory), provider) as app:
            stage.verb(app, "deploy")
            for what, seconds in (*_programs(app), *_connections(app, Path(directory))):
                yield Sample(what, HOST, seconds, provider.label)


def parse(output: str) -> list[tuple[str, float]]:
    """What guest.sh prints -> what it ran, and seconds."""
    lines = [line.partition(" ") for line in output.splitlines()]
    return [(what, int(microseconds) / 1e6) for microseconds, _, what in lines]


def describe(samples: Sequence[Sample]) -> str:
    providers = providers_of(samples)
    rows = [
        (what, *(_milliseconds(of(samples, what, HOST, provider)) for provider in providers))
        for what in dict.fromkeys(sample.what for sample in samples)
    ]
    return tables.table(("milliseconds", *providers), rows)


def _milliseconds(found: Summary | None) -> str:
    return f"{1000 * found.median:.0f}" if found else tables.NOT_MEASURED


def _programs(app: App) -> list[tuple[str, float]]:
    command = ("sudo", "bash", "-c", PROGRAM.read_text(), PROGRAM.name, SITE)
    return parse(stage.ssh(app, shlex.join(command)).output)


def _connections(app: App, directory: Path) -> Iterator[tuple[str, float]]:
    for _ in range(3):
        yield CONNECTION, stage.ssh(app, "true").seconds
    kept = ("-o", "ControlMaster=auto", "-o", "ControlPersist=10", "-S", str(directory / "ssh"))
    stage.ssh(app, "true", options=kept)
    for _ in range(3):
        yield OPEN, stage.ssh(app, "true", options=kept).seconds
