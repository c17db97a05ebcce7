"""The staging VM: all tools do the same work on it, from the same snapshot."""

import sys

import yaml

from benchmarks.app import App
from benchmarks.timing import PROJECT, Run, run
from benchmarks.tools import USER, Place
from understudy.paths import Project
from understudy.vm import address as vm_address


def verb(app: App, *words: str) -> Run:
    """Runs a verb of deploy.py with the app's deploy.yml."""
    name, *options = words
    return run(sys.executable, "deploy.py", name, "--config", str(app.config), *options)


def place(app: App) -> Place:
    settings = yaml.safe_load(app.config.read_text())["targets"]["vagrant"]
    project = Project(PROJECT, app.config)
    address = vm_address.load(project).one_host("vagrant").address
    return Place((address,), PROJECT / settings["known_hosts"])


def ssh(app: App, *command: str) -> Run:
    """Runs a command over a new connection."""
    where = place(app)
    return run("ssh", *where.ssh_options, f"{USER}@{where.addresses[0]}", *command)
