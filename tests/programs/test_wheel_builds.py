"""Wheels are built for real in a root of Debian, which this project's state keeps: it takes minutes once."""

import fcntl
import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.unit.fakes import TOP, FakeReport
from understudy.builds import root
from understudy.builds.build import Builder, Kind
from understudy.errors import StepFailed
from understudy.paths import Project

pytestmark = [
    pytest.mark.needs("mmdebstrap", "unshare", "setpriv"),
    pytest.mark.skipif(
        os.geteuid() != 0, reason="as another user it would ask for sudo's password"
    ),
    pytest.mark.timeout(900),
]
BOOKWORM = Kind("Debian GNU/Linux 12 (bookworm)", "3.11.2", os.uname().machine)
SETUP = """
import os, socket
from setuptools import Extension, setup

assert os.getuid() == 65534, "runs without rights"
assert not os.access("/usr", os.W_OK)
assert not os.path.exists({state!r}), "sees the root only"
try:
    socket.create_connection(("deb.debian.org", 80), 5)
    raise SystemExit("has a network")
except OSError:
    pass
setup(name="tiny", version="1.0", ext_modules=[Extension("tiny", ["tiny.c"], libraries=["yaml"])])
"""
CODE = """
#include <Python.h>
#include <yaml.h>

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "tiny"};

PyMODINIT_FUNC PyInit_tiny(void) {
    PyObject *made = PyModule_Create(&module);
    PyModule_AddStringConstant(made, "yaml", yaml_get_version_string());
    return made;
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of its own, but with the roots of this one."""
    kept = TOP / ".understudy" / root.FOLDER
    kept.mkdir(parents=True, exist_ok=True)
    made = Project(tmp_path, tmp_path / "deploy.yml")
    made.cache.mkdir(parents=True)
    (made.state / root.FOLDER).symlink_to(kept)
    return made


@pytest.fixture
def sdist(project: Project) -> Path:
    path = project.directory / "tiny-1.0.tar.gz"
    files = {"setup.py": SETUP.format(state=str(project.state)), "tiny.c": CODE}
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"tiny-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def builder(project: Project, *packages: str) -> Builder:
    kind = Kind(BOOKWORM.os, BOOKWORM.python, BOOKWORM.machine, packages)
    return Builder(project, FakeReport(), kind)


def test_missing_header_is_named_with_its_package(project: Project, sdist: Path) -> None:
    with pytest.raises(StepFailed) as raised:
        builder(project).build([sdist], ())

    assert "fatal error: yaml.h: No such file or directory" in raised.value.details
    assert raised.value.cause == "the build needs yaml.h, which is in Debian's package libyaml-dev"
    assert "build_packages: [libyaml-dev]" in raised.value.hint
    assert list((project.cache / "built").iterdir()) == []


def test_extension_is_built_for_the_hosts_python_without_network_and_rights(
    project: Project, sdist: Path
) -> None:
    build = builder(project, "libyaml-dev")

    [wheel] = build.build([sdist], ())

    assert wheel.name == f"tiny-1.0-cp311-cp311-linux_{BOOKWORM.machine}.whl"
    assert build.libraries["libyaml-0.so.2"] == "libyaml-0-2"
    assert str(project.state).encode() not in wheel.read_bytes()
    place = root.root_of(project, "bookworm", ["libyaml-dev"])
    with TemporaryDirectory(dir=place / "tmp") as unpacked:
        subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, unpacked], check=True)
        said = subprocess.run(
            ["chroot", place, "python3", "-c", "import tiny; print(tiny.yaml)"],
            env={"PYTHONPATH": f"/tmp/{Path(unpacked).name}", "PATH": "/usr/bin:/usr/sbin"},
            capture_output=True,
            text=True,
        )
    assert said.stdout.startswith("0."), said.stderr


def test_nothing_of_a_build_stays_mounted_or_lies_about(project: Project, sdist: Path) -> None:
    with pytest.raises(StepFailed):
        builder(project).build([sdist], ())

    assert root.FOLDER not in Path("/proc/mounts").read_text()
    place = TOP / ".understudy" / root.FOLDER
    with (place / ".build.lock").open("w") as lock:
        # Other tests build there, too.
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not list(place.glob(".build-*"))


def test_root_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    tools, folder = tmp_path / "tools", tmp_path / "roots"
    tools.mkdir()
    fake = tools / "mmdebstrap"
    fake.write_text(f'#!/bin/sh\nmkdir -p "$(ls -d {folder}/.new-*)/root/usr"\nsleep 60\n')
    fake.chmod(0o755)
    making = subprocess.Popen(
        [TOP / "provision" / "wheels" / "root", "bookworm", folder / "bookworm-base"],
        env={"PATH": f"{tools}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    for _ in range(200):
        if list(folder.glob(".new-*/root/usr")):
            break
        time.sleep(0.05)

    os.killpg(making.pid, signal.SIGINT)

    assert making.wait(20) != 0
    assert [path.name for path in folder.iterdir()] == [".root.lock"]
