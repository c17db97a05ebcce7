"""Wrong words are refused with the usage; each verb and its options have a help text."""

import re
import subprocess
import sys

import pytest

from tests.unit.fakes import TOP
from understudy.cli import main

VERBS = [
    "audit",
    "backup",
    "capture",
    "config",
    "console",
    "data",
    "deploy",
    "destroy",
    "doctor",
    "down",
    "drain",
    "drift",
    "eject",
    "init",
    "logs",
    "mail",
    "maintenance",
    "open",
    "plan",
    "provision",
    "prune",
    "rehearse",
    "releases",
    "remove",
    "report",
    "reset",
    "restart",
    "restore",
    "rollback",
    "run",
    "scale",
    "secrets",
    "ssh",
    "status",
    "timers",
    "up",
    "verify",
]


def bare_python(*words: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line with a Python that has no packages installed."""
    command = [sys.executable, "-S", "-E", str(TOP / "deploy.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, cwd="/")


@pytest.mark.parametrize(
    "words",
    [
        ["depoly"],
        ["reset", "--level", "attic"],
        ["deploy", "--traget", "vagrant"],
        ["deploy", "production"],
        ["logs", "--lines", "many"],
        ["up", "--target", "production"],
        ["deploy", "--wait", "long"],
        ["deploy", "--without-rehearsal"],
        ["deploy", "--without-rehearsal", " "],
        ["deploy", "--without-rehearsal", 201 * "x"],
        ["restart"],
        ["scale"],
        ["scale", "worker"],
        ["scale", "worker=65"],
        ["scale", "worker=0"],
        ["scale", "worker=-1"],
        ["secrets"],
        ["secrets", "show", "API_TOKEN"],
        ["secrets", "set", "API_TOKEN", "hunter2"],
        ["secrets", "set"],
        ["secrets", "rm"],
        ["secrets", "list", "TOKEN"],
        ["timers", "run"],
        ["timers", "list", "cleanup"],
        ["data"],
        ["data", "pull", "--target", "vagrant"],
        ["maintenance", "off", "--message", "soon"],
        ["deploy", "--prob"],
        ["help", "depoly"],
    ],
)
def test_a_wrong_command_line_is_exit_code_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main.main(words, TOP)

    assert raised.value.code == 2
    assert "usage: python deploy.py" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("depoly", "unknown verb: depoly; did you mean deploy?"),
        ("help depoly", "unknown verb: depoly; did you mean deploy?"),
        ("secrets lst", "unknown action: lst; did you mean list?"),
        ("help secrets lst", "unknown action: lst; did you mean list?"),
        ("help restart webb", "there is no action here: webb"),
        ("deploy --traget x", "deploy has no option --traget; did you mean --target?"),
        ("data pull --form=x", "data pull has no option --form; did you mean --from?"),
        ("--verson", "has no option --verson; did you mean --version?"),
        ("reset --level seed", "unknown level: seed; did you mean seeded?\ntry: one of prov"),
        ("rehearse --only edeg", "unknown phase: edeg; did you mean edge?\ntry: one of up, "),
        ("rehearse --start-at dploy", "unknown phase: dploy; did you mean deploy?"),
        ("deploy production", "unrecognized word: production\ntry: for a target use --target prod"),
        ("rollback r1", "try: for a release use --to r1, for a target --target r1"),
        ("up now", "unrecognized word: now\ntry: `python deploy.py up --help` shows"),
        ("rehearse --from edge", "rehearse has no option --from\ntry: --start-at PHASE"),
        ("drift --from code --to x", "drift has no option --from\ntry: --between A B"),
        ("data pull --target x", "data pull has no option --target\ntry: --from TARGET"),
        ("data --target x pull", "data pull takes no --target\ntry: --from TARGET"),
        ("timers run", "timers run needs NAME\ntry: `python deploy.py timers` lists them"),
        ("secrets rm", "secrets rm needs NAME\ntry: `python deploy.py secrets list` lists them"),
        ("data", "data needs ACTION\ntry: `python deploy.py data --help`"),
        ("scale", "scale needs NAME=COUNT"),
        ("scale worker=0", "worker can't be scaled to 0: to end it, take it out of `processes`"),
        ("--target x up", "up takes no --target\ntry: `python deploy.py up --help` shows"),
        ("--host x doctor", "doctor takes no --host"),
        ("--probe deploy", "--probe belongs to a verb\ntry: give it after the verb"),
    ],
)
def test_error_names_what_was_meant(
    line: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main.main(line.split(), TOP)

    assert raised.value.code == 2
    assert message in capsys.readouterr().err


def test_without_a_verb_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main([], TOP) == 2

    assert "rehearse" in capsys.readouterr().out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main.main([verb, "--help"], TOP)

    usage, description, *_ = capsys.readouterr().out.split("\n\n")
    assert raised.value.code == 0
    assert f"python deploy.py {verb} [options]" in usage
    assert len(description) > 10


def test_help_lists_every_verb_and_needs_no_packages() -> None:
    done = bare_python("--help")

    assert (done.returncode, done.stderr) == (0, "")
    listed = re.findall(r"^    (\w+) ", done.stdout, re.MULTILINE)
    assert sorted(listed) == VERBS
    assert "exit codes:" in done.stdout


def test_missing_packages_are_reported_with_the_command_that_installs_them() -> None:
    done = bare_python("plan")

    assert done.returncode == 4
    assert "make setup" in done.stderr
    assert "Traceback" not in done.stderr
