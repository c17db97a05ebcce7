"""A command in the live release has what its service has, and ends with its connection."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pytest

from tests.process_state import ends
from tests.unit.fakes import TEMPLATES, config
from understudy.commands import Argv, in_release, on_host
from understudy.config.app import App
from understudy.release import render
from understudy.release.layout import Paths
from understudy.ssh import host_lock

APP: App = config().app


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A live release with a secret, on a host whose sudo runs commands as the current user."""
    root = tmp_path / "srv" / "shop"
    release = root / "releases" / "r1"
    for directory in (release / "source", release / "venv" / "bin", root / "shared"):
        directory.mkdir(parents=True)
    site = config(app={"environment": {"GREETING": "hello $HOME"}})
    files = render.release_files(site, site.target("staging"), "r1", TEMPLATES)
    for file in files:
        if file.path.name in ("run", "environment"):
            (release / file.path.name).write_text(file.content.replace("/srv/shop", str(root)))
            (release / file.path.name).chmod(file.mode)
    (root / "shared" / "env").write_text('SECRET_KEY="a b"\n')
    (root / "current").symlink_to("releases/r1")
    (root / "lock").write_text("")
    (root / "lock.step").write_text("")
    program = release / "venv" / "bin" / "flask"
    program.write_text('#!/bin/sh\necho flask "$@"\n')
    program.chmod(0o755)
    (program.parent / "python").symlink_to(sys.executable)
    (tmp_path / "bin").mkdir()
    sudo = tmp_path / "bin" / "sudo"
    sudo.write_text(
        '#!/bin/sh\n[ "$1 $2 $3 $4" = "-n -u shop --" ] && shift 4 && '
        'USER=shop LOGNAME=shop HOME=/ exec "$@"\n'
    )
    sudo.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return Paths(PurePosixPath(root))


def run(paths: Paths, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """As the login shell of the deployer runs it."""
    line = on_host.bare_line(in_release.run(APP, paths, command))
    return subprocess.run(
        ["sh", "-c", line], input=given, capture_output=True, text=True, timeout=30
    )


def test_command_has_the_environment_of_the_service_and_no_other(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1")

    done = run(paths, "sh", "-c", 'echo "$GREETING $SECRET_KEY" && env')

    assert done.stdout.startswith("hello $HOME a b\n")
    assert "LC_ALL" not in done.stdout
    assert "SSH_CONNECTION" not in done.stdout


def test_command_runs_in_the_apps_directory_and_gets_no_new_rights(paths: Paths) -> None:
    done = run(paths, "sh", "-c", "pwd; grep NoNewPrivs /proc/self/status")

    assert done.stdout.split() == [f"{paths.root}/releases/r1/source", "NoNewPrivs:", "1"]


def test_words_and_standard_input_arrive_as_they_are(paths: Paths) -> None:
    words = ("a b", "$HOME", "'", '"', "`id`", "*", "", "-n", "ü\n")

    done = run(paths, "sh", "-c", 'cat; for word; do printf "<%s>" "$word"; done', "-", *words)
    piped = run(paths, "cat", given="one\ntwo")

    assert done.stdout == "".join(f"<{word}>" for word in words)
    assert piped.stdout == "one\ntwo"


@pytest.mark.parametrize(
    ("end", "code"), [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143)]
)
def test_exit_code_is_handed_on(end: str, code: int, paths: Paths) -> None:
    assert run(paths, "sh", "-c", end).returncode == code


def test_console_is_flasks_if_the_release_has_it(paths: Paths) -> None:
    plain = config(app={"preset": "plain", "module": "shop:create_app()"}).app

    assert run(paths, *in_release.console(plain)).stdout == "flask --app shop:create_app() shell\n"
    (Path(paths.current) / "venv" / "bin" / "flask").unlink()
    assert run(paths, *in_release.console(plain), given="print(6*7)").stdout == "42\n"


@pytest.mark.parametrize(
    ("program", "found"),
    [("flask", True), ("sh", True), ("./tool", True), ("flask2", False), ("tool", False)],
)
def test_program_is_looked_for_where_the_release_would_find_it(
    program: str, found: bool, paths: Paths
) -> None:
    tool = Path(paths.current) / "source" / "tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)

    assert (succeeds(in_release.find(paths, program))) is found


def succeeds(argv: Argv) -> bool:
    return subprocess.run(argv, capture_output=True, timeout=30).returncode == 0


def holder(paths: Paths) -> str:
    done = subprocess.run(
        in_release.lock_holder(paths), capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout


def test_holder_of_the_lock_is_named_as_long_as_there_is_one(paths: Paths) -> None:
    assert holder(paths) == ""
    hold = host_lock.hold(paths.lock, "ann@desk (deploy) since noon", 0)

    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as deploy:
        assert deploy.stdout
        deploy.stdout.readline()
        assert holder(paths) == "ann@desk (deploy) since noon\n"
        assert holder(paths), "to ask twice changes nothing"
        deploy.communicate()

    assert holder(paths) == ""


def test_step_that_was_left_at_work_counts_as_a_holder(paths: Paths) -> None:
    Path(paths.lock).write_text("ann@desk (deploy) since noon\n")
    step = f"exec 8>>{paths.lock}.step; flock -s 8; echo on; cat"

    with subprocess.Popen(
        ["sh", "-c", step], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as left:
        assert left.stdout
        left.stdout.readline()
        assert holder(paths) == "ann@desk (deploy) since noon\n"
        left.communicate()

    assert holder(paths) == ""


@pytest.fixture
def connection(paths: Paths) -> Iterator[SimpleNamespace]:
    """A command whose connection can end: its parent, which sshd would be."""
    script = (
        'trap "echo interrupted; exit 1" INT; echo begun; for _ in $(seq 200); do sleep 0.1; done'
    )
    argv = in_release.run(APP, paths, ("sh", "-c", script))
    parent = subprocess.Popen(
        ["sh", "-c", 'setsid "$@"; true', "sh", *argv], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    assert parent.stdout.readline() == "begun\n"
    yield SimpleNamespace(parent=parent, output=parent.stdout)
    parent.stdout.close()


def test_command_ends_when_its_connection_has_ended(connection: SimpleNamespace) -> None:
    connection.parent.send_signal(signal.SIGKILL)
    connection.parent.wait(timeout=5)

    is_readable, _, _ = select.select([connection.output], [], [], 10)
    assert is_readable, "the command is still at work"
    assert connection.output.read() == "interrupted\n", "the output is at its end: all have ended"


HOOKED = {"UNDERSTUDY_EVENT": "after_deploy", "UNDERSTUDY_ERROR": "a 'b' $HOME"}


def run_hook(paths: Paths, text: str, seconds: int = 20) -> subprocess.CompletedProcess[str]:
    argv = in_release.hook(APP, paths, ("sh", "-c", text), HOOKED, seconds)
    return subprocess.run(argv, capture_output=True, text=True, timeout=30)


def test_hook_has_the_environment_of_the_service_and_what_happens(paths: Paths) -> None:
    done = run_hook(paths, 'echo "$SECRET_KEY $UNDERSTUDY_EVENT"; echo "$UNDERSTUDY_ERROR"; pwd')

    assert done.stdout.splitlines() == [
        "a b after_deploy",
        "a 'b' $HOME",
        f"{paths.root}/releases/r1/source",
    ]
    assert (done.returncode, done.stderr) == (0, "")


def test_hook_that_fails_says_how(paths: Paths) -> None:
    done = run_hook(paths, "exit 3")

    assert (done.returncode, done.stderr) == (3, "understudy: it ended with 3\n")


def test_hook_that_takes_too_long_ends_with_what_it_started(paths: Paths) -> None:
    child = paths.root / "child"

    done = run_hook(paths, f"sleep 60 & echo $! >{child}; sleep 60", seconds=1)

    assert done.returncode == 124
    assert "it had not ended after 1 s" in done.stderr
    assert ends(Path(child).read_text().strip())
