"""Fixtures of the tests of a site's data."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.backup_site import NAME, make, sql
from tests.programs.sqlite_site import SHOP, Site


@pytest.fixture
def production(tmp_path: Path) -> Site:
    site = Site(tmp_path / "production")
    site.make(SHOP)
    return site


@pytest.fixture
def staging(tmp_path: Path) -> Site:
    return Site(tmp_path / "staging")


@pytest.fixture
def no_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's programs, but for one that waits for all that this machine has to write."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sync").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")


@pytest.fixture(scope="module")
def quick_sync(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The system's programs, but for one that waits for all that this machine has to write."""
    place = tmp_path_factory.mktemp("bin")
    (place / "sync").symlink_to("/bin/true")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{place}:/usr/sbin:/usr/bin:/sbin:/bin")
        yield


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    (tmp_path / "database").mkdir()
    return tmp_path / "database"


@pytest.fixture
def backups(data: Path) -> Path:
    return data.parent / "backups"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, quick_sync: None) -> Path:
    """A site's directory with a database and a backup of it. Tests have copies."""
    site = tmp_path_factory.mktemp("site")
    for name in ("backups", "database"):
        (site / name).mkdir()
    sql(
        site / "database" / "shop.sqlite3",
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE seller (id INTEGER PRIMARY KEY)",
        'CREATE TABLE "a ""table\'s; name" (seller REFERENCES seller)',
        "INSERT INTO seller VALUES (1)",
        'INSERT INTO "a ""table\'s; name" VALUES (1), (1)',
    )
    make(site / "backups")
    return site


@pytest.fixture
def shop(model: Path, data: Path) -> Path:
    """A database with journal and two tables, of one row and of two, and with a reference."""
    return shutil.copyfile(model / "database" / "shop.sqlite3", data / "shop.sqlite3")


@pytest.fixture
def saved(model: Path, shop: Path, backups: Path) -> Path:
    """A backup of the shop's database, called NAME."""
    return shutil.copytree(model / "backups" / NAME, backups / NAME)
