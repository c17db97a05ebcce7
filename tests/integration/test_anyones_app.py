"""Apps of other people: from an empty folder to READY by what docs/your-app.md says, and no line edited."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import strangers
from tests.integration.staging import BOXES, TOP, run
from tests.integration.strangers import APPS, App

pytestmark = pytest.mark.timeout(1800)

MINUTES = 8
# The others take a box of Debian 13, and longer.
SAMPLE = "flask"
CASES = [
    pytest.param(app, id=app.name, marks=[] if app.name == SAMPLE else pytest.mark.long)
    for app in APPS
]


@pytest.fixture(scope="module")
def understudy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, from a wheel, in an environment of its own."""
    directory = tmp_path_factory.mktemp("installed")
    strangers.uv(TOP, "build", "--wheel", "--out-dir", str(directory))
    strangers.uv(directory, "venv", "--python", strangers.PYTHON, "environment")
    wheel = next(directory.glob("*.whl"))
    python = directory / "environment" / "bin" / "python"
    pinned = ("--constraints", str(TOP / "requirements.txt"))
    strangers.uv(directory, "pip", "install", "--python", str(python), *pinned, str(wheel))
    return python.with_name("understudy")


@pytest.fixture
def project(app: App, tmp_path: Path, understudy: Path) -> Iterator[Path]:
    """The app's repository. It shares the boxes of the other tests: to build one takes a minute.

    The sample's folder, and thus its host's settings, have the example's name: its box is the example's.
    """
    directory = tmp_path / ("todo" if app.name == SAMPLE else f"anyone-{app.name}")
    directory.mkdir()
    app.make(directory)
    strangers.commit(directory)
    (directory / ".understudy").mkdir()
    BOXES.mkdir(parents=True, exist_ok=True)
    (directory / ".understudy" / "boxes").symlink_to(BOXES)
    yield directory
    run(understudy, "destroy", "--yes", directory=directory)


@pytest.mark.parametrize("app", CASES)
def test_app_gets_to_ready(app: App, project: Path, understudy: Path) -> None:
    began = time.monotonic()

    init = run(understudy, "init", directory=project)
    strangers.commit(project)
    rehearsal = run(understudy, "rehearse", directory=project)

    assert init.code == 0
    assert rehearsal.code == 0, "READY is exit code 0"
    assert "READY" in rehearsal.text
    assert time.monotonic() - began < MINUTES * 60
