"""Calls of understudy-site, and questions about its services."""

import os
from pathlib import Path

import pytest

from tests.unit.commands.running import run
from understudy.commands import site


def test_root_runs_only_the_program_that_sudo_allows() -> None:
    program = ("sudo", "-n", "/usr/local/sbin/understudy-site", "shop")
    for build in (site.install_files, site.start, site.stop, site.secret_set, site.secret_rm):
        assert build("shop", "r1")[:4] == program
    for plain in (site.confirm, site.undo, site.secret_list, site.log, site.outgoing_off):
        assert plain("shop")[:4] == program


@pytest.mark.parametrize(
    ("state", "restarts", "recoverable"),
    [
        ("active", 0, True),
        ("activating", 0, True),
        ("activating", 1, False),
        ("active", 2, False),
        ("failed", 0, False),
        ("inactive", 0, False),
        ("deactivating", 0, False),
    ],
)
def test_service_that_was_restarted_or_does_not_run_is_not_recoverable(
    state: str, restarts: int, recoverable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = f"NRestarts={restarts}\nActiveState={state}"
    (tmp_path / "systemctl").write_text(f"#!/bin/sh\n[ \"$*\" = '{ASKED}' ] && echo '{printed}'\n")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert (run(site.is_recoverable("shop", "r1")).returncode == 0) == recoverable


ASKED = "show -p ActiveState -p NRestarts shop@r1.service"
