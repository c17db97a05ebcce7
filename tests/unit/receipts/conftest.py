"""Workspaces in which receipts are issued and required.

Pytest reads this file before it starts its workers: what takes long to import is imported by them.
"""

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.receipt_workspace import Workspace


@pytest.fixture(scope="module")
def model(keys: "Path", tmp_path_factory: pytest.TempPathFactory) -> "Workspace":
    """A workspace whose app was rehearsed just now. No test changes it."""
    from tests.unit.fakes import FakeReport
    from tests.unit.receipt_workspace import Workspace, source_in
    from tests.unit.repositories import LOCK, commit

    directory = tmp_path_factory.mktemp("model")
    files = {
        "requirements.txt": LOCK,
        "shop/wsgi.py": "application = None\n",
        "shop/migrations/0001_initial.py": "",
    }
    commit(directory / "app", files)
    made = Workspace(directory, keys, source_in(directory), FakeReport())
    made.rehearse()
    return made


@pytest.fixture
def workspace(model: "Workspace", tmp_path: "Path") -> "Workspace":
    """A workspace without a receipt."""
    from tests.unit.fakes import FakeReport
    from tests.unit.receipt_workspace import Workspace

    return Workspace(tmp_path, model.keys, model.source, FakeReport())


@pytest.fixture
def rehearsed(workspace: "Workspace", model: "Workspace") -> "Workspace":
    """A workspace whose app was rehearsed just now."""
    shutil.copytree(model.directory / ".understudy", workspace.directory / ".understudy")
    return workspace
