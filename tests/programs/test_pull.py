"""A whole pull: over SSH, from a real database, into an encrypted file, and from that into another one."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import paramiko
import pytest

from tests.programs.sqlite_site import NAME, RULES, SHOP, Site, rows
from tests.unit.fakes import FakeReport, config
from tests.unit.ssh.servers import running, target_of
from tests.unit.ssh_server import SshServer
from understudy.commands import as_user
from understudy.config.app import Engine
from understudy.config.data import Data
from understudy.config.model import Config
from understudy.data import bundle, encryption
from understudy.data import pull as data_pull
from understudy.data.queries import loading
from understudy.job import Job
from understudy.paths import Project
from understudy.ssh.connection import SshConnection

TARGET = "production"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshServer]:
    """A host with the shop's data, whose sudo runs commands as the current user."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(Config, "root", property(lambda _: PurePosixPath(tmp_path / "srv")))
    Site(tmp_path / "srv" / "shared").make(SHOP)
    with running(tmp_path, paramiko.ECDSAKey.generate()) as server:
        (tmp_path / "sudo").write_text('#!/bin/sh\nshift 4 && exec "$@"\n')
        yield server


def job_for(server: SshServer, directory: Path) -> Job:
    settings = config().model_copy(
        update={
            "targets": {TARGET: target_of(server, directory)},
            "data": Data.model_validate({"tables": RULES}),
        }
    )
    return Job(Project(directory, directory / "deploy.yml"), settings, TARGET, FakeReport())


def test_pulled_data_loads_into_another_database(server: SshServer, tmp_path: Path) -> None:
    job = job_for(server, tmp_path)
    before = (tmp_path / "srv" / "shared" / "database" / "shop.sqlite3").read_bytes()

    data_pull.pull(job)

    found = bundle.find(job, TARGET)
    assert found.rows == {"auth_user": 2, "by_name": 2, "django_session": 0, 'no "key': 3}
    kept = bundle.place(job, TARGET)
    assert sorted(os.listdir(kept)) == ["pulled.json", "shop.sqlite3.sealed"]  # noqa: PTH208
    assert (tmp_path / "srv" / "shared" / "database" / "shop.sqlite3").read_bytes() == before

    staging = Site(tmp_path / "staging")
    where: tuple[Engine, str, PurePosixPath, str] = ("sqlite", "shop", staging.backups, NAME)
    with SshConnection(job.target, "deploy") as connection:
        assert connection.run(loading.begin(*where, found.size), user="shop").ok
        file = bundle.sealed_file(kept, "shop.sqlite3")
        pieces = encryption.read(file, encryption.key(encryption.key_file()))
        add = as_user("shop", loading.add(*where, "shop.sqlite3"))
        done = connection.send(add, pieces)
        assert (done.ok, done.errors) == (True, "")
    made = Path(staging.backups) / f"{NAME}.new" / "shop.sqlite3"
    assert rows(made, "SELECT email FROM auth_user")[0] == ("user5@example.invalid",)
