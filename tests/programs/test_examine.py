"""The questions of a diagnosis to a host, answered by this machine."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from understudy.commands.examine import examine
from understudy.diagnosis.known_facts import HostFacts, parse_host


def ask(*questions: tuple[str, str]) -> HostFacts:
    done = subprocess.run(examine(questions), capture_output=True, text=True, check=True)
    return parse_host(done.stdout)


@pytest.mark.parametrize(
    ("kind", "name", "answer"),
    [
        ("resolves", "localhost", "yes"),
        ("resolves", "no-such-name.invalid", "no"),
        ("library", "libc.so.6", "yes"),
        ("library", "libc.so", "no"),
        ("program", "sh", "yes"),
        ("program", "no-such-program", "no"),
        ("locale", "C.UTF-8", "yes"),
        ("locale", "xx_XX.UTF-8", "no"),
        ("path", "/no/such/file", "missing"),
        ("path", "/no-such-file", "missing"),
        ("service", "no-such.service", "inactive"),
    ],
)
def test_answer(kind: str, name: str, answer: str) -> None:
    # Without systemd, as in some containers, no service is known.
    found = ask((kind, name)).answer(kind, name)
    assert found == answer or (kind == "service" and found in ("unknown", "offline"))


def test_port_that_listens_and_one_that_does_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        assert ask(("port", port)).answer("port", port) == "yes"
    assert ask(("port", port)).answer("port", port) == "no"


def test_other_host_that_is_reached_and_one_that_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        at = f"127.0.0.1:{server.getsockname()[1]}"
        assert ask(("reaches", at)).answer("reaches", at) == "yes"
    assert ask(("reaches", at)).answer("reaches", at) == "refused"


def test_path_with_its_mode_and_a_broken_link(tmp_path: Path) -> None:
    secret, link = tmp_path / "a file", tmp_path / "link"
    secret.write_text("x")
    secret.chmod(0o600)
    link.symlink_to(tmp_path / "nowhere")

    facts = ask(("path", str(secret)), ("path", str(link)))

    assert (facts.answer("path", str(secret)) or "").startswith("regular file 600 ")
    assert facts.answer("path", str(link)) == "broken link"


def test_path_below_a_folder_that_may_not_be_searched_is_unknown(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0)
    # Root may search every folder: the capability is taken from it.
    command = examine([("path", str(closed / "inner" / "file"))])
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []

    done = subprocess.run([*drop, *command], capture_output=True, text=True, check=True)

    assert done.stdout.endswith("\tunknown\n")


BOOTED = 1_700_000_000


@pytest.mark.parametrize(
    ("live", "went_live", "answer"),
    [("b", BOOTED - 1, "yes"), ("b", BOOTED + 1, "no"), ("a", BOOTED - 1, "no"), ("", 0, "no")],
)
def test_release_that_was_live_before_the_host_booted(
    live: str, went_live: int, answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_boot(tmp_path, f"echo @{BOOTED}", monkeypatch)
    (tmp_path / "releases" / "b").mkdir(parents=True)
    (tmp_path / "releases" / "a").mkdir()
    if live:
        (tmp_path / "current").symlink_to(f"releases/{live}")
        os.utime(tmp_path / "current", (went_live, went_live), follow_symlinks=False)
    release = str(tmp_path / "releases" / "b")

    assert ask(("rebooted", release)).answer("rebooted", release) == answer


def test_host_that_does_not_know_when_it_booted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_boot(tmp_path, "exit 1", monkeypatch)

    assert (
        ask(("rebooted", "/srv/a/releases/b")).answer("rebooted", "/srv/a/releases/b") == "unknown"
    )


def pretend_boot(directory: Path, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A systemd that gives that answer."""
    program = directory / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def test_name_with_shell_syntax_is_only_a_name(tmp_path: Path) -> None:
    names = (f"$(touch {tmp_path}/broken-out)", "-rf", "a'b", 'a"b;')

    facts = ask(*(("program", name) for name in names), ("free", "/"), ("python", ""))

    assert [facts.answer("program", name) for name in names] == ["no"] * len(names)
    assert (facts.answer("free", "/") or "").isdigit()
    assert not (tmp_path / "broken-out").exists()
