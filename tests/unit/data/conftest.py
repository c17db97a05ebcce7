"""A host whose data is pulled and loaded."""

import json
from pathlib import Path

import pytest

from tests.unit.data.pulling import SCHEMA, TABLES, Host
from tests.unit.fakes import printed
from tests.unit.staging import Staging


@pytest.fixture
def host(staging: Staging, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Host:
    # The host was provisioned by this project's scripts.
    (tmp_path / "provision").symlink_to(staging.directory / "provision")
    made = Host(staging, monkeypatch, tmp_path)
    made.answers({SCHEMA: printed(json.dumps(TABLES) + "\n")})
    return made
