"""Environments and bytecode, made by the Python of this machine."""

import os
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.commands.running import VERSION, pure, run
from understudy.commands import python
from understudy.release.layout import INTERPRETER


@pytest.fixture
def packages(tmp_path: Path) -> list[PurePosixPath]:
    """Two unpacked packages: a module, and a program that says which Python runs it."""
    library = tmp_path / "one" / "lib" / f"python{VERSION}" / "site-packages"
    programs = tmp_path / "two" / "bin"
    for directory in (library, programs):
        directory.mkdir(parents=True)
    (library / "one.py").write_text("X = 1\n")
    program = f"#!{INTERPRETER}\nimport one, sys\nprint(sys.prefix, one.X)\n"
    (programs / "show").write_text(program)
    (programs / "show").chmod(0o755)
    return [pure(tmp_path / "one"), pure(tmp_path / "two")]


@pytest.mark.parametrize("compiled", [True, False])
def test_environment_is_rebuilt_of_links_to_the_packages(
    compiled: bool, packages: list[PurePosixPath], tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    environment.mkdir()
    (environment / "left over").touch()

    done = run(python.make_environment(pure(environment), VERSION, packages, compiled=compiled))

    assert done.returncode == 0, done.stderr
    module = environment / "lib" / f"python{VERSION}" / "site-packages" / "one.py"
    assert module.stat().st_nlink == 2
    assert module.with_name("__pycache__").exists() != compiled
    assert not (environment / "left over").exists()
    assert (environment / ".complete").exists()
    assert f"version = {VERSION}" in (environment / "pyvenv.cfg").read_text()
    assert run((str(environment / "bin" / "show"),)).stdout == f"{environment} 1\n"
    assert INTERPRETER in (tmp_path / "two" / "bin" / "show").read_text()


def test_environment_is_open_to_the_app_whatever_cp_does(
    packages: list[PurePosixPath], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cp of coreutils in Rust 0.0.30 gives directories below the first level the mode 700."""
    cp = tmp_path / "cp"
    cp.write_text('#!/bin/sh\n/bin/cp "$@" && for last; do :; done && chmod -R go= "$last/lib"\n')
    cp.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    environment = tmp_path / "environment"

    run(python.make_environment(pure(environment), VERSION, packages, compiled=True))

    made = [environment, *(path for path in environment.rglob("*") if path.is_dir())]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o755}


def test_environment_that_lacks_a_package_is_not_complete(
    packages: list[PurePosixPath], tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    missing = [*packages, pure(tmp_path / "three")]

    done = run(python.make_environment(pure(environment), VERSION, missing, compiled=True))

    assert done.returncode != 0
    assert not (environment / ".complete").exists()


def test_file_that_is_no_python_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("X = 1\n")
    (tmp_path / "bad.py").write_text("no Python (")

    assert run(python.compile_all(pure(tmp_path))).returncode == 0

    assert len(list((tmp_path / "__pycache__").iterdir())) == 1


def test_libraries_that_the_host_lacks_are_named_with_their_packages() -> None:
    libraries = {"libc.so.6": "libc6", "libno.so.1": "libno1", "libc.so": "libneither"}

    done = run(python.has_libraries(libraries))

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "libc.so is missing: it is in Debian's package libneither",
        "libno.so.1 is missing: it is in Debian's package libno1",
        "host.packages: [libneither, libno1]",
    ]
    assert run(python.has_libraries({"libc.so.6": "libc6"})).returncode == 0
