"""The staging VM: all tools do the same work on it, from the same snapshot."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from benchmarks import app as apps
from benchmarks import timeline
from benchmarks.app import App
from benchmarks.plan import Provider
from benchmarks.timing import PROJECT, Run, run
from benchmarks.tools import USER, Place
from understudy.paths import Project
from understudy.vm import address as vm_address


def verb(app: App, *words: str) -> Run:
    """Runs a verb of deploy.py with the app's deploy.yml."""
    name, *options = words
    return run(sys.executable, "deploy.py", name, "--config", str(app.config), *options)


@contextmanager
def fresh(directory: Path, provider: Provider) -> Iterator[App]:
    """The app in that directory, with the VM reset to provisioned, without a deploy.

    Afterwards the VM sleeps: a second one that runs would take part of the machine.
    """
    app = apps.make(directory, provider)
    verb(app, "up")
    verb(app, "reset")
    yield app
    verb(app, "down")


def last_steps(seconds: float) -> dict[str, float]:
    """Title -> seconds, of the last run that left a report and took so long."""
    report = json.loads((PROJECT / "reports" / "latest" / "report.json").read_text())
    return timeline.of_run(report, seconds)


def place(app: App) -> Place:
    settings = yaml.safe_load(app.config.read_text())["targets"]["vagrant"]
    project = Project(PROJECT, app.config)
    address = vm_address.load(project).one_host("vagrant").address
    return Place((address,), PROJECT / settings["known_hosts"])


def ssh(app: App, *command: str, options: tuple[str, ...] = ()) -> Run:
    """Runs a command over a new connection, unless options of ssh name one."""
    where = place(app)
    return run("ssh", *options, *where.ssh_options, f"{USER}@{where.addresses[0]}", *command)
