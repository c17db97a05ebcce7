"""What the tests of a site's data share."""

import os
from pathlib import Path

import pytest

from tests.programs.sqlite_site import SHOP, Site


@pytest.fixture
def there(tmp_path: Path) -> Site:
    site = Site(tmp_path / "there")
    site.make(SHOP)
    return site


@pytest.fixture
def here(tmp_path: Path) -> Site:
    return Site(tmp_path / "here")


@pytest.fixture
def no_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's programs, but for one that waits for all that this machine has to write."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sync").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
