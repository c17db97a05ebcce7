"""Fixtures that several modules of unit tests share.

Pytest reads this file before it starts its workers: what takes long to import is imported by them.
"""

import gc
import gzip
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.staging import Staging
    from tests.unit.virtual_machine import Machine
    from understudy.release.source import Source

# With the default threshold the garbage collector scans all imported modules a hundred times, for nothing.
gc.set_threshold(50_000)


def pytest_collection_finish() -> None:
    """Everything imported by now is used to the end, so the garbage collector need not scan it again."""
    gc.freeze()


@pytest.fixture
def staging(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: "Path"
) -> "Staging":
    """A target with fake hosts, which each test adds.

    QUIET in a test's module: parts of commands that its hosts expect; they succeed and print nothing.
    """
    from tests.unit.staging import Staging
    from understudy.host import late_entry, mailbox, session, shared
    from understudy.host import provision as provision_host
    from understudy.host import remove as remove_site
    from understudy.paths import Project

    # Names that are completed are not those of tests.
    monkeypatch.setattr(Project, "known", tmp_path / "known")
    made = Staging(quiet=getattr(request.module, "QUIET", ()))
    monkeypatch.setattr(session, "SshConnection", made.connect)
    monkeypatch.setattr(late_entry, "SshConnection", made.connect)
    monkeypatch.setattr(provision_host, "SshConnection", made.connect)
    monkeypatch.setattr(remove_site, "SshConnection", made.connect)
    monkeypatch.setattr(mailbox, "SshConnection", made.connect)
    monkeypatch.setattr(shared, "SshConnection", made.connect)
    return made


@pytest.fixture(scope="session", autouse=True)
def _valid_events() -> "Iterator[None]":
    """Each object that a test's verb writes for programs is one of docs/events.schema.json."""
    from understudy.report.events import JsonReport

    write = JsonReport._write

    def checked(self: JsonReport, event: str, /, **values: object) -> None:
        from tests.unit import event_schema

        event_schema.check_answer(event, {**self._about, **self._branch, **values})
        write(self, event, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JsonReport, "_write", checked)
        yield


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> "Path":
    """The directory of a project, with the repository of its app. No test changes it."""
    from tests.unit.fakes import TOP
    from tests.unit.repositories import LOCK, commit

    made = tmp_path_factory.mktemp("project")
    commit(
        made / "app",
        {"requirements.txt": LOCK, "manage.py": "", "shop/wsgi.py": "application = None\n"},
    )
    for name in ("templates", "provision"):
        (made / name).symlink_to(TOP / name)
    (made / "a-1.tar.gz").write_bytes(gzip.compress(b"a-1"))
    return made


@pytest.fixture(scope="session")
def source(directory: "Path") -> "Source":
    """The app's commit, resolved once: that takes many calls of git."""
    from tests.unit.fakes import config
    from understudy.release import source as sources

    return sources.resolve_source(config(app={"source": "app"}).app, directory, directory)


@pytest.fixture
def deployable(
    staging: "Staging", directory: "Path", source: "Source", monkeypatch: pytest.MonkeyPatch
) -> "Staging":
    """A target with an app to deploy."""
    from understudy.release import source as sources
    from understudy.release import wheels

    staging.directory = directory
    monkeypatch.setattr(sources, "resolve_source", lambda *_: source)
    # It queries the package index.
    monkeypatch.setattr(wheels, "packages", lambda *_: {"a-1": directory / "a-1.tar.gz"})
    return staging


@pytest.fixture
def machine(tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> "Machine":
    """A VM made of a few files. What needs a running machine is tested in tests/integration/."""
    from tests.unit.virtual_machine import Machine
    from understudy.vm import guest

    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{made.tools}:{os.environ['PATH']}")
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VAGRANT_DOTFILE_PATH", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for name in ("remember_host_key", "wait_for_ssh", "set_clock"):
        monkeypatch.setattr(guest, name, lambda *_: None)
    monkeypatch.setattr(guest, "answers", lambda _: True)
    return made
