"""Packages that a lock names by a git commit or by a path are built with the real uv."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.repositories import commit, git
from understudy.errors import StepFailed, Unreachable
from understudy.release import source_builds
from understudy.release.lock_file import Pin

PROJECT = """
[project]
name = "shared-lib"
version = "1.0"
dependencies = ["six"]
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
"""
LIBRARY = {"pyproject.toml": PROJECT, "shared_lib.py": "X = 1\n"}
COMPILED = {
    **LIBRARY,
    "setup.py": "from setuptools import Extension, setup\n"
    "setup(ext_modules=[Extension('fast', ['fast.c'])])\n",
    "fast.c": "#include <Python.h>\n",
}


def pin(source: str) -> Pin:
    return Pin("shared-lib", frozenset(), "", "", (), source)


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as files:
        return {name for name in files.namelist() if "dist-info" not in name}


def own(repository: Path, path: str) -> Pin:
    return pin(f"repository:{path}@{git(repository, 'rev-parse', f'HEAD:{path}')}")


def test_package_in_the_apps_repository_is_built_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, cache = tmp_path / "app", tmp_path / "cache"
    commit(app, {f"libs/{name}": text for name, text in LIBRARY.items()})
    (app / "libs/shared_lib.py").write_text("not committed")

    wheel = source_builds.wheel(own(app, "libs"), app, cache, None)

    assert wheel.name == "shared_lib-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as files:
        assert files.read("shared_lib.py") == b"X = 1\n"
    monkeypatch.setattr(source_builds, "check_out", lambda *_: pytest.fail("again"))
    assert source_builds.wheel(own(app, "libs"), app, cache, None) == wheel


def test_package_at_a_commit_of_another_repository_is_built_as_of_that_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    first = commit(other, {f"src/{name}": text for name, text in LIBRARY.items()})
    commit(other, {"src/shared_lib.py": "X = 2\n"})
    # The URL of a server leads to that repository.
    for name, value in {
        "COUNT": "1",
        "KEY_0": f"url.{other}.insteadOf",
        "VALUE_0": "https://x.test/o",
    }.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")

    wheel = source_builds.wheel(
        pin(f"git+https://x.test/o@{first}#subdirectory=src"), tmp_path, tmp_path / "cache", None
    )

    with zipfile.ZipFile(wheel) as files:
        assert files.read("shared_lib.py") == b"X = 1\n"
    gone = pin(f"git+https://x.test/o@{'a' * 40}")
    with pytest.raises(Unreachable, match="shared-lib can't be fetched"):
        source_builds.wheel(gone, tmp_path, tmp_path / "cache", None)


def test_wheel_that_is_committed_is_taken_as_it_is(tmp_path: Path) -> None:
    app = tmp_path / "app"
    commit(app, {"wheels/shared_lib-1.0-py3-none-any.whl": "a wheel"})

    wheel = source_builds.wheel(
        own(app, "wheels/shared_lib-1.0-py3-none-any.whl"), app, tmp_path / "cache", None
    )

    assert (wheel.name, wheel.read_text()) == ("shared_lib-1.0-py3-none-any.whl", "a wheel")


def test_compiled_parts_are_built_for_the_host(tmp_path: Path) -> None:
    app, asked = tmp_path / "app", list[tuple[str, tuple[str, ...]]]()
    commit(app, {f"libs/{name}": text for name, text in COMPILED.items()})

    def build(sdists: Sequence[Path], indexes: Sequence[str]) -> list[Path]:
        asked.extend((sdist.name, tuple(indexes)) for sdist in sdists)
        made = tmp_path / "shared_lib-1.0-cp311-cp311-linux_x86_64.whl"
        made.write_text("for the host")
        return [made]

    indexes = ("--index-url", "https://x.test/simple")
    wheel = source_builds.wheel(own(app, "libs"), app, tmp_path / "cache", build, indexes)

    assert wheel.read_text() == "for the host"
    [(name, given)] = asked
    assert name.startswith("shared_lib-")
    assert name.endswith(".tar.gz")
    assert given == indexes
    # A host of another kind has another wheel, of the same source.
    source_builds.wheel(own(app, "libs"), app, tmp_path / "cache", build, indexes)
    assert [name for name, _ in asked] == [name, name]


def test_package_that_cannot_be_built_is_reported_with_the_reason(tmp_path: Path) -> None:
    app = tmp_path / "app"
    commit(app, {"libs/pyproject.toml": PROJECT.replace("setuptools.build_meta", "gone.backend")})

    with pytest.raises(StepFailed, match="can't be built") as raised:
        source_builds.wheel(own(app, "libs"), app, tmp_path / "cache", None)

    assert "gone" in raised.value.details
    assert not list((tmp_path / "cache/sources").iterdir())
