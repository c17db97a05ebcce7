"""The operating system in the VM, against a real SSH server on this machine."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from tests.unit.fakes import FakeReport, config
from tests.unit.ssh_server import SshServer
from understudy.job import Job
from understudy.paths import Project
from understudy.vm import guest


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshServer]:
    """A VM whose sudo records its arguments."""
    sudo = tmp_path / "sudo"
    sudo.write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/sudo-calls\n')
    sudo.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(tmp_path / "id"))
    with SshServer({"PATH": f"{tmp_path}:{os.environ['PATH']}"}) as server:
        server.keys.append(key)
        yield server


@pytest.fixture
def job(server: SshServer, tmp_path: Path) -> Job:
    target = {
        "address": "127.0.0.1",
        "port": server.port,
        "key": str(tmp_path / "id"),
        "known_hosts": str(tmp_path / "state" / "known_hosts"),
    }
    made = config(target=target)
    vm = made.vm.model_copy(update={"address": "127.0.0.1"})
    project = Project(tmp_path, tmp_path / "deploy.yml")
    return Job(project, made.model_copy(update={"vm": vm}), "staging", FakeReport())


def known_hosts(job: Job) -> Path:
    assert job.target.known_hosts
    return Path(job.target.known_hosts)


def test_host_key_of_a_new_vm_is_remembered(job: Job, server: SshServer, tmp_path: Path) -> None:
    guest.remember_host_key(job, "console.log")

    assert known_hosts(job).read_text() == server.known()


def test_host_key_of_an_earlier_vm_is_replaced(job: Job, server: SshServer, tmp_path: Path) -> None:
    # Of another type: paramiko itself replaces only a key of the same type.
    earlier = f"ssh-rsa {paramiko.RSAKey.generate(1024).get_base64()}"
    other = f"192.0.2.7 {earlier}\n"
    known_hosts(job).parent.mkdir()
    known_hosts(job).write_text(f"[127.0.0.1]:{server.port} {earlier}\n{other}")

    guest.remember_host_key(job, "console.log")

    assert sorted(known_hosts(job).read_text().splitlines(keepends=True)) == sorted(
        [server.known(), other]
    )


def test_vm_answers_once_its_host_key_is_known(job: Job, tmp_path: Path) -> None:
    assert not guest.answers(job)

    guest.remember_host_key(job, "console.log")

    assert guest.answers(job)


def test_vm_without_ssh_does_not_answer(job: Job) -> None:
    closed = job.target.model_copy(update={"port": 1})
    gone = job.config.model_copy(update={"targets": {"staging": closed}})

    assert not guest.answers(replace(job, config=gone))


def test_clock_is_set_as_root(job: Job, tmp_path: Path) -> None:
    guest.remember_host_key(job, "console.log")

    guest.set_clock(job)

    [call] = (tmp_path / "sudo-calls").read_text().splitlines()
    assert call.startswith("-n date --set @")
