"""Scripts that run as root: their steps are shown, their output is kept, and sudo is used by others."""

import subprocess
from pathlib import Path

import pytest

from understudy.errors import Unreachable
from understudy.local import root_script
from understudy.local.share import Share


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return tmp_path / "log"


def test_steps_are_shown_and_the_output_is_kept(log: Path) -> None:
    steps: list[str] = []

    done = root_script.run(["printf", "==> one\nnoise\n==> two\n"], log, steps.append)

    assert done is None
    assert steps == ["one", "two"]
    assert log.read_text() == "==> one\nnoise\n==> two\n"


def test_packages_that_the_script_installs_are_counted(log: Path) -> None:
    shares: list[Share] = []
    lines = (
        "0 upgraded, 1 newly installed, 0 to remove\\nUnpacking a (1) ...\\nSetting up a (1) ...\\n"
    )

    root_script.run(["printf", lines], log, lambda _: None, shares.append)

    assert shares == [Share(0, 1, "packages"), Share(1, 1, "packages")]


def test_failed_script_gives_its_lines_also_if_there_are_none(log: Path) -> None:
    script = ["sh", "-c", "echo out; echo error >&2; exit 3"]

    assert root_script.run(script, log, lambda _: None) == ["out", "error"]
    assert root_script.run(["false"], log, lambda _: None) == []


def test_other_users_run_it_by_sudo(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable, match="sudo is missing"):
        root_script.run(["true"], log, lambda _: None)


def test_interrupted_script_removes_what_it_has_made_before_the_run_ends(
    log: Path, tmp_path: Path
) -> None:
    """As on Ctrl-C, which both of them get."""
    made = tmp_path / "half made"
    script = f'trap "sleep 0.6; rm \'{made}\'" EXIT; touch "{made}"; echo "==> $$"; sleep 5'

    def interrupt(pid: str) -> None:
        subprocess.run(["pkill", "-INT", "--parent", pid])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        root_script.run(["bash", "-c", script], log, interrupt)

    assert not made.exists()
