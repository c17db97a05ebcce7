"""init's lock, without uv and the network."""

import pytest

from tests.unit.locked_pythons import instead_of_uv


@pytest.fixture(autouse=True)
def pythons(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Pythons that were locked for."""
    return instead_of_uv(monkeypatch)
