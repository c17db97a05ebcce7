"""What more than one module of tests begins with.

Pytest reads this file before it starts its workers: what takes long to import is imported by them.
"""

import gc
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.staging import Staging
    from tests.unit.virtual_machine import Machine

# Or the garbage collector would look through all that is imported a hundred times, for nothing.
gc.set_threshold(50_000)


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the collector need not look through it any more."""
    gc.freeze()


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> "Staging":
    """A target whose hosts are doubles. Without any until a test gives it one."""
    from tests.unit.staging import Staging
    from understudy import provision_host, session

    made = Staging()
    monkeypatch.setattr(session, "SshConnection", made.connect)
    monkeypatch.setattr(provision_host, "SshConnection", made.connect)
    return made


@pytest.fixture
def machine(tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> "Machine":
    """A VM in a few files. What needs a machine that answers, the tests on real VMs look at."""
    from tests.unit.virtual_machine import Machine
    from understudy.vm import Vm

    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{made.tools}:{os.environ['PATH']}")
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VAGRANT_DOTFILE_PATH", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for name in ("_remember_host_key", "_wait_for_ssh", "_set_clock"):
        monkeypatch.setattr(Vm, name, lambda self: None)
    monkeypatch.setattr(Vm, "_answers", lambda self: True)
    return made
