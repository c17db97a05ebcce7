"""What a killed program leaves of a container: provision/lxc/container with fakes for lxc's programs."""

import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP


def container(directory: Path, verb: str, state: str = "STOPPED") -> list[str]:
    """The lines that it prints of the container `shop`. directory: in place of lxc's. state: as lxc sees it."""
    tools = directory / "tools"
    tools.mkdir(exist_ok=True)
    for name, line in (("lxc-info", f"echo {state}"), ("lxc-unfreeze", "echo unfrozen")):
        (tools / name).write_text(f"#!/bin/sh\n{line}\n")
        (tools / name).chmod(0o755)
    text = (TOP / "provision" / "lxc" / "container").read_text()
    argv = ["bash", "-c", text.replace("/var/lib/lxc", str(directory)), "container", verb, "shop"]
    path = f"{tools}:/usr/bin:/bin"
    done = subprocess.run(argv, capture_output=True, text=True, env={"PATH": path}, check=True)
    return done.stdout.splitlines()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "shop"
    home.mkdir()
    (home / "config").write_text("lxc.console.logfile = /projects/shop/.understudy/vm/c.log\n")
    return home


def test_container_is_of_the_project_that_built_it(home: Path) -> None:
    assert container(home.parent, "origin") == ["/projects/shop"]


def test_unfinished_container_is_of_no_project(home: Path) -> None:
    """So that the next `up` removes it: no Vagrantfile is in that directory."""
    (home / "partial").touch()

    assert container(home.parent, "origin") == [str(home)]


@pytest.mark.parametrize("state", ["FROZEN", "FREEZING"])
def test_save_that_was_killed_leaves_a_running_container(home: Path, state: str) -> None:
    assert container(home.parent, "state", state) == ["unfrozen", "running"]
