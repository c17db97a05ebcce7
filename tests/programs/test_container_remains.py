"""What a killed program leaves of a container: provision/lxc/container with fakes for lxc's programs."""

import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP


def container(directory: Path, verb: str, state: str = "STOPPED", name: str = "shop") -> list[str]:
    """The lines that it prints of the container `shop`. directory: in place of lxc's. state: as lxc sees it."""
    tools = directory / "tools"
    tools.mkdir(exist_ok=True)
    for program, line in (("lxc-info", f"echo {state}"), ("lxc-unfreeze", "echo unfrozen")):
        (tools / program).write_text(f"#!/bin/sh\n{line}\n")
        (tools / program).chmod(0o755)
    text = (TOP / "provision" / "lxc" / "container").read_text()
    text = text.replace("/var/lib/lxc", str(directory))
    text = text.replace("/var/lib/understudy/boxes", f"{directory}-boxes")
    argv = ["bash", "-c", text, "container", verb, name]
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


UNUSED, USED, SAVED = (letter * 16 for letter in "abc")


@pytest.fixture
def boxes(home: Path) -> Path:
    """Trees of boxes. The container `shop` lies on one of them, and its snapshot on another."""
    boxes = home.parent.with_name(f"{home.parent.name}-boxes")
    for tree in (UNUSED, USED, SAVED):
        (boxes / tree).mkdir(parents=True)
        (boxes / tree / "file").write_text("x" * 1000)
    with (home / "config").open("a") as config:
        config.write(f"lxc.rootfs.path = overlay:{boxes / USED}:{home}/upper\n")
    (home / "saved").mkdir()
    (home / "saved/provisioned").write_text(f"{boxes / SAVED}\n")
    return boxes


def kinds(lines: list[str]) -> list[tuple[str, str, bool]]:
    found = [line.split() for line in lines]
    return [(kind, name, int(size) >= 1000) for kind, name, size in found]


def test_tree_that_nothing_lies_on_and_container_of_a_gone_project_are_unused(
    home: Path, boxes: Path
) -> None:
    (home / "upper").write_text("x" * 2000)

    assert kinds(container(home.parent, "unused")) == [
        ("tree", UNUSED, True),
        ("container", "shop", True),
    ]


def test_container_that_runs_is_used_and_so_is_that_of_a_project(
    home: Path, boxes: Path, tmp_path: Path
) -> None:
    assert kinds(container(home.parent, "unused", "RUNNING")) == [("tree", UNUSED, True)]
    project = tmp_path / "project"
    project.mkdir()
    (project / "Vagrantfile").touch()
    text = (home / "config").read_text().replace("/projects/shop", str(project))
    (home / "config").write_text(text)

    assert kinds(container(home.parent, "unused")) == [("tree", UNUSED, True)]


def test_only_a_tree_that_is_unused_still_is_removed(home: Path, boxes: Path) -> None:
    for tree in (UNUSED, USED, SAVED):
        container(home.parent, "free", name=tree)

    assert sorted(path.name for path in boxes.iterdir()) == [USED, SAVED]


def test_nothing_but_a_tree_is_freed(home: Path, boxes: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        container(home.parent, "free", name=f"../{home.parent.name}")

    assert home.exists()
