"""Faults of the machine itself: each fails soon, with a message, and does not stop the next run."""

import fcntl
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.staging import PROJECT, Staging, run, stop_at

BUILD = PROJECT / "provision" / "box" / "build"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", tmp_path], check=True)
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_build_without_a_network_fails_with_a_message(tmp_path: Path) -> None:
    answer = run("unshare", "--net", BUILD, "bookworm", tmp_path / "a.box", "1.0", seconds=60)
    assert answer.code != 0
    assert "does not answer" in answer.text.splitlines()[-1]


def test_build_without_disk_space_fails_before_any_work(small_disk: Path) -> None:
    answer = run(BUILD, "bookworm", small_disk / "a.box", "1.0", seconds=60)
    assert answer.code != 0
    assert "MiB of free disk space" in answer.text.splitlines()[-1]


def test_build_of_an_unknown_release_fails_with_the_known_ones(tmp_path: Path) -> None:
    answer = run(BUILD, "potato", tmp_path / "a.box", "1.0", seconds=60)
    assert answer.code != 0
    assert "bookworm, trixie, jammy, noble or resolute" in answer.text


def test_killed_build_leaves_no_box_and_no_temporary_files(tmp_path: Path) -> None:
    box = tmp_path / "a.box"
    stop_at(signal.SIGKILL, "==> Debian", BUILD, "bookworm", box, "1.0")
    assert not box.exists()
    assert not list(tmp_path.glob("*.json"))
    # The next build cleans up first; without a network it ends right after that.
    run("unshare", "--net", BUILD, "bookworm", box, "1.0", seconds=60)
    assert not list(tmp_path.glob(".build-*"))


def test_build_waits_for_another_one_and_takes_its_box(tmp_path: Path) -> None:
    with (tmp_path / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = (BUILD, "bookworm", tmp_path / "a.box", "1.0")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as build:
            assert build.stdout
            assert build.stdout.readline() == "==> wait for another build\n"
            (tmp_path / "a.json").touch()
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert build.wait(timeout=30) == 0
    assert not list(tmp_path.glob(".build-*"))


def test_probe_for_kvm_really_runs_a_guest() -> None:
    probe = PROJECT / "provision" / "box" / "accelerator"
    assert run(probe, "--try", "tcg").code == 0
    assert run(probe, "--try", "no-such-accelerator").code != 0
    assert run(probe).text.strip() in ("kvm", "qemu")


def test_doctor_finds_no_problem_on_this_machine(staging: Staging) -> None:
    answer = staging.deploy_py("doctor")
    assert answer.code == 0, answer.text


def test_doctor_prints_the_command_that_fixes_a_problem(tmp_path: Path) -> None:
    """A machine without any of the tools: only Python's own directory is on the PATH."""
    python = str(PROJECT / ".venv/bin/python")
    answer = run("env", f"PATH={tmp_path}", python, "deploy.py", "doctor")
    assert answer.code == 4
    assert "fix: python deploy.py doctor --fix" in answer.text


def test_setup_without_apt_says_what_to_install(tmp_path: Path) -> None:
    for tool in ("dirname", "bash", "id"):
        found = subprocess.run(["which", tool], capture_output=True, text=True).stdout.strip()
        (tmp_path / tool).symlink_to(found)
    answer = run("env", f"PATH={tmp_path}", "provision/setup")
    assert answer.code == 4
    assert "vagrant-libvirt" in answer.text


def test_setup_changes_nothing_when_all_is_installed() -> None:
    answer = run("provision/setup", seconds=60)
    assert answer.code == 0
    assert answer.text == ""


def test_the_vagrantfile_is_valid_for_virtualbox_too() -> None:
    assert run("vagrant", "validate", "--ignore-provider").code == 0
