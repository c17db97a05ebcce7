"""On a machine without Vagrant, such as a CI job that deploys, all verbs about other targets work."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.cli.main import main

VERBS = (
    ("status",),
    ("releases",),
    ("plan",),
    ("deploy",),
    ("rollback",),
    ("provision",),
    ("provision", "--check"),
    ("backup",),
    ("secrets", "list"),
    ("capture",),
    ("drift",),
    ("drift", "--between", "code", "live"),
    ("run", "--", "true"),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one target, at a port where nothing answers, and a repository to deploy."""
    directory = tmp_path_factory.mktemp("project")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    (directory / "known_hosts").touch()
    (directory / "deploy.yml").write_text(
        "app: {name: shop, source: app, preset: plain, module: 'shop:app'}\n"
        "targets:\n"
        f"  live: {{domain: shop.test, address: 127.0.0.1, port: {port}, admin: ops,\n"
        "    known_hosts: known_hosts}\n"
    )
    app = directory / "app"
    app.mkdir()
    (app / "shop.py").write_text("app = None\n")
    (app / "requirements.txt").write_text(f"gunicorn==23.0.0 --hash=sha256:{'0' * 64}\n")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "first")):
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", "-C", str(app), *identity, *words], check=True)
    return directory


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_verb_reaches_for_the_host_and_not_for_vagrant(
    verb: tuple[str, ...],
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    called = tmp_path / "called"
    stub = tmp_path / "vagrant"
    stub.write_text(f"#!/bin/sh\necho \"$*\" >>'{called}'\nexit 127\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    # The Python package, too.
    monkeypatch.setitem(sys.modules, "vagrant", None)

    target = () if "--between" in verb else ("--target", "live")
    code = main([verb[0], *target, *verb[1:]], project)

    output = "".join(capfd.readouterr())
    assert not called.exists()
    assert "agrant" not in output
    assert (code, "127.0.0.1" in output) == (4, True)
