"""The files of a release by which a host runs its processes."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TEMPLATES, config
from understudy.release import processes
from understudy.release.processes import ReleaseProcess
from understudy.release.render import RenderedFile, release_files

PROCESSES: dict[str, Any] = {
    "worker": {
        "command": ["celery", "-A", "shop", "a  b'c$d\ne"],
        "count": 2,
        "ready": ["celery", "inspect", "ping"],
    },
    "beat": {"command": "celery -A shop beat", "single": True},
    "mail": {"command": "mail", "ready": "notify"},
}
TIMERS: dict[str, Any] = {
    "prune": {"command": "prune --all", "calendar": "daily", "on_failure": ["warn", "me"]}
}


def rendered(**parts: Any) -> dict[str, RenderedFile]:
    site = config(**parts)
    files = release_files(site, site.target("staging"), "r1", TEMPLATES)
    return {file.path.name: file for file in files}


def test_list_of_processes_is_read_as_it_was_written() -> None:
    text = rendered(processes=PROCESSES, timers=TIMERS)["processes"].content

    assert text == "worker 2 many command\nbeat 1 single 3\nmail 1 many notify\n"
    assert processes.parse(text) == (
        ReleaseProcess("worker", 2, single=False, ready="command"),
        ReleaseProcess("beat", 1, single=True, ready="3"),
        ReleaseProcess("mail", 1, single=False, ready="notify"),
    )


def test_release_without_processes_and_timers_has_none_of_these_files() -> None:
    """Or all sites would get new releases of commits that they have."""
    assert not {"processes", "process"} & set(rendered())


def test_timers_alone_need_the_program_too() -> None:
    files = rendered(timers=TIMERS)

    assert (files["processes"].content, files["process"].mode) == ("", 0o755)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["worker"], ["celery", "-A", "shop", "a  b'c$d\ne"]),
        (["worker", "ready"], ["celery", "inspect", "ping"]),
        (["beat"], ["celery", "-A", "shop", "beat"]),
        (["prune"], ["prune", "--all"]),
        (["prune", "failed"], ["warn", "me", "prune"]),
    ],
)
def test_program_becomes_the_command(words: list[str], command: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, words)

    assert (done.returncode, done.stdout.split("\0")) == (0, [*command, ""])


@pytest.mark.parametrize(
    "words", [[], ["web"], ["beat", "ready"], ["mail", "ready"], ["prune", "x"]]
)
def test_program_refuses_what_the_release_does_not_have(words: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, words)

    assert (done.returncode, done.stdout) == (78, "")
    assert f"release r1 has no process or timer called '{' '.join(words)}'" in done.stderr


def run(tmp_path: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    """The rendered program with a `run` that prints its words."""
    release = tmp_path / "releases" / "r1"
    release.mkdir(parents=True)
    (release / "run").write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    (release / "run").chmod(0o755)
    program = rendered(processes=PROCESSES, timers=TIMERS)["process"].content
    text = program.replace("/srv/shop", str(tmp_path))
    return subprocess.run(["sh", "-c", text, "process", *words], capture_output=True, text=True)
