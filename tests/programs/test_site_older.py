"""Verbs that the understudy-site of an older provisioning lacks are found before one is called."""

import subprocess
from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host
from understudy.commands import site


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = make_host(tmp_path)
    made.fake("sudo", f'shift 2\nexec {made.program} "$@"')
    return made


def missing(host: Host) -> str:
    done = subprocess.run(
        site.missing("todo", site.SWITCHING),
        env={"PATH": f"{host.path('bin')}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_host_that_knows_all_verbs_lacks_none_and_nothing_is_done(host: Host) -> None:
    assert missing(host) == ""
    assert [call.split()[4] for call in host.calls()] == list(site.SWITCHING)


def test_verb_that_an_older_program_does_not_know_is_named(host: Host) -> None:
    program = host.program.read_text()
    host.program.write_text(program.replace("stop | drain)", "stop)"))

    assert missing(host) == "drain: understudy-site: no such verb: drain\n"


def test_host_without_the_program_or_the_right_to_call_it_lacks_all_verbs(host: Host) -> None:
    host.fake("sudo", 'echo "sudo: a password is required" >&2\nexit 1')

    assert missing(host).splitlines() == [
        f"{verb}: sudo: a password is required" for verb in site.SWITCHING
    ]
