"""Provisioning keeps what it replaces and restores it if a later step fails; a check changes nothing."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

STEPS = """
echo ours | put 0644 {root}/etc/there
echo ours | put 0640 {root}/etc/nginx/conf.d/new.conf
echo ours | put 0755 {root}/usr/local/sbin/program
keep {root}/etc/link
act rm {root}/etc/link
"""


def run(root: Path, steps: str, *, booted: bool = True, **environment: str) -> tuple[int, str, str]:
    """The beginning of the script, these steps and its end. Exit code, output, errors."""
    names = ("00-settings.sh", "02-keep.sh", "90-stamp.sh")
    first, keep, end = ((TOP / "provision" / name).read_text() for name in names)
    functions = first[first.index("step()") :]
    text = "\n".join((functions, keep, steps, end))
    text = re.sub(r"(?<![\w}])/(etc|var|usr/local|run)/", rf"{root}/\1/", text)
    (root / "run/systemd" / ("system" if booted else "none")).mkdir(parents=True, exist_ok=True)
    for program in ("systemctl", "nginx", "sshd"):
        (root / program).write_text(f'#!/bin/sh\necho "{program} $*" >>{root}/calls\n')
        (root / program).chmod(0o755)
    frame = f"set -eu\nSITE=todo STAMP=new STAMP_FILE={root}/etc/understudy/todo.provisioned\n"
    done = subprocess.run(
        ["sh", "-c", frame + text],
        capture_output=True,
        text=True,
        env={"PATH": f"{root}:{os.environ['PATH']}", **environment},
    )
    return done.returncode, done.stdout, done.stderr


def tree(root: Path) -> dict[str, str]:
    """Of what lies below /etc."""
    return {
        str(path.relative_to(root)): str(path.readlink()) if path.is_symlink() else path.read_text()
        for path in sorted((root / "etc").rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc/nginx/conf.d").mkdir(parents=True)
    (tmp_path / "etc/there").write_text("theirs\n")
    (tmp_path / "etc/link").symlink_to("there")
    return tmp_path


def test_replaced_files_are_kept(root: Path) -> None:
    code, output, _ = run(root, STEPS.format(root=root))

    assert code == 0
    assert tree(root) == {
        "etc/there": "ours\n",
        "etc/nginx/conf.d/new.conf": "ours\n",
        "etc/understudy/todo.provisioned": "new\n",
    }
    kept = root / "var/lib/understudy/todo/replaced" / root.relative_to("/") / "etc"
    assert (kept / "there").read_text() == "theirs\n"
    assert (kept / "link").is_symlink()
    assert f"==> replaced {root}/etc/there; the old file is kept as {kept}/there" in output
    assert not (root / "var/lib/understudy/todo/provisioning").exists()
    assert kept.stat().st_mode & 0o077 == 0, "a secret file stays secret"


def test_first_copy_stays(root: Path) -> None:
    run(root, f"echo ours | put 0644 {root}/etc/there")
    _, output, _ = run(root, f"echo newer | put 0644 {root}/etc/there")

    kept = root / "var/lib/understudy/todo/replaced" / root.relative_to("/") / "etc/there"
    assert kept.read_text() == "theirs\n"
    assert "replaced" not in output


def test_all_files_are_restored_if_a_later_step_fails(root: Path) -> None:
    before = tree(root)

    code, _, errors = run(root, STEPS.format(root=root) + "false\n")

    assert code == 1
    assert tree(root) == before
    assert f"provision: {root}/etc/there is restored" in errors
    assert (root / "usr/local/sbin/program").exists(), "an undo that is under way needs it"
    assert (root / "calls").read_text().splitlines() == ["nginx -t -q", "systemctl reload nginx"]
    assert not (root / "var/lib/understudy/todo/provisioning").exists()


def test_run_after_a_killed_one_restores_what_was_before_both(root: Path) -> None:
    before = tree(root)
    run(root, STEPS.format(root=root) + "kill -9 $$\n")

    run(root, f"echo newer | put 0644 {root}/etc/there\nfalse\n")

    assert tree(root) == before


def test_check_changes_nothing_and_prints_what_it_would(root: Path) -> None:
    before = tree(root)

    code, output, _ = run(root, STEPS.format(root=root), CHECK="1")

    assert code == 0
    assert tree(root) == before
    assert not (root / "var").exists()
    assert not (root / "usr").exists()
    assert output.splitlines() == [
        f"would write {root}/etc/there",
        f"would write {root}/etc/nginx/conf.d/new.conf",
        f"would write {root}/usr/local/sbin/program",
        f"would run: rm {root}/etc/link",
    ]


def test_second_run_changes_and_keeps_nothing(root: Path) -> None:
    steps = f"if echo ours | put 0644 {root}/etc/there; then echo changed; fi"
    assert "changed" in run(root, steps)[1]

    _, output, _ = run(root, steps)
    assert output == ""


def test_file_with_another_mode_is_written_again(root: Path) -> None:
    run(root, f"echo ours | put 0600 {root}/etc/there")

    run(root, f"echo ours | put 0640 {root}/etc/there")

    assert (root / "etc/there").stat().st_mode & 0o777 == 0o640


def test_nothing_is_kept_while_the_box_is_built(root: Path) -> None:
    code, _, _ = run(root, STEPS.format(root=root), booted=False)

    assert code == 0
    assert not (root / "var").exists()
    assert not (root / "etc/understudy").exists(), "a box has no stamp"
