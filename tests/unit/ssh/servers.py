"""A real SSH server on this machine, and the target that leads to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from tests.unit.fakes import config
from tests.unit.ssh_server import SshServer
from understudy.config.target import TargetConfig

NASTY = ["", "a b", "$HOME", "$(id)", "`id`", "a'b", 'a"b', "a\nb", "\\", "-n", "*", "~", "#", "ä"]


@contextmanager
def running(directory: Path, key: paramiko.ECDSAKey) -> Iterator[SshServer]:
    """A server that accepts `key`, with its files in a directory; without the user's own SSH settings."""
    (directory / "sudo").write_text('#!/bin/sh\necho "sudo: $*"\n')
    (directory / "sudo").chmod(0o755)
    with (
        pytest.MonkeyPatch.context() as patch,
        SshServer({"PATH": f"{directory}:{os.environ['PATH']}", "LANG": "nl_NL.UTF-8"}) as server,
    ):
        patch.setenv("HOME", str(directory))
        patch.delenv("SSH_AUTH_SOCK", raising=False)
        server.keys.append(key)
        key.write_private_key_file(str(directory / "id"))
        (directory / "known_hosts").write_text(server.known())
        yield server


def target_of(server: SshServer, directory: Path) -> TargetConfig:
    return config(
        target={
            "address": "127.0.0.1",
            "port": server.port,
            "key": str(directory / "id"),
            "known_hosts": str(directory / "known_hosts"),
        }
    ).target("staging")
