"""A repository of an app."""

import shutil
from pathlib import Path

import pytest

from tests.unit.release.shipping import FILES
from tests.unit.repositories import commit


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of FILES. No test changes it."""
    directory = tmp_path_factory.mktemp("model")
    commit(directory, FILES)
    return directory


@pytest.fixture
def app(model: Path, tmp_path: Path) -> Path:
    """A repository of FILES that the test may change."""
    return shutil.copytree(model, tmp_path / "app")
