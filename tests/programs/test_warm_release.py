"""A preloaded release waits as long as its deploy holds the host's lock, in a container, too."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.fakes import TEMPLATES, config
from understudy.release import render
from understudy.ssh import host_lock

# As a container has them: its own process ids, and a /proc of its own.
CONTAINER = (
    *("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"),
)


def waiting(root: Path) -> str:
    """A program that prints whether a waiting release sees that its deploy is at work."""
    files = render.release_files(
        config(app={"name": "shop"}), config().target("staging"), "r1", TEMPLATES
    )
    [text] = [file.content for file in files if file.path.name == "gunicorn.conf.py"]
    moved = text.replace("/srv/shop/", f"{root}/")
    return f"{moved}\nprint(deploy_is_at_work(), flush=True)\n"


@contextmanager
def holding(lock: Path) -> Iterator[None]:
    argv = host_lock.hold(PurePosixPath(lock), "ann@desk", 0)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline().startswith(b"mine")
        yield
        holder.stdin.close()


def seen(root: Path) -> str:
    argv = [sys.executable, "-c", waiting(root)]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def test_release_waits_until_the_lock_is_free(tmp_path: Path) -> None:
    with holding(tmp_path / "lock"):
        assert [seen(tmp_path), seen(tmp_path)] == ["True", "True"]
    assert seen(tmp_path) == "False"

    with holding(tmp_path / "lock"):
        assert seen(tmp_path) == "True"


def test_release_in_a_container_waits_as_well(tmp_path: Path) -> None:
    """There /proc/locks lacks a lock that a program took which has ended since, as flock(1) has."""
    lock, script = tmp_path / "lock", tmp_path / "inside.py"
    argv = host_lock.hold(PurePosixPath(lock), "ann@desk", 0)
    script.write_text(
        "import subprocess\n"
        f"holder = subprocess.Popen({argv!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "holder.stdout.readline()\n"
        f"{waiting(tmp_path)}"
        "holder.stdin.close()\nholder.wait()\nprint(deploy_is_at_work())\n"
    )

    done = subprocess.run(
        [*CONTAINER, sys.executable, script], capture_output=True, text=True, timeout=60
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("this user can't make a container")

    assert (done.stdout.split(), done.stderr) == (["True", "False"], "")


def test_all_users_may_read_from_the_pipe_and_only_the_deployer_may_write(tmp_path: Path) -> None:
    with holding(tmp_path / "lock"):
        pipe = tmp_path / "lock.pipe"
        assert pipe.is_fifo()
        assert pipe.stat().st_mode & 0o777 == 0o644
