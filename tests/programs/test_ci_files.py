"""The files for CI services: their commands and paths exist, and no secret leaks."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.fakes import TOP
from tests.unit.records import PASSED
from understudy.cli.arguments.command_line import make_parser, parse
from understudy.cli.main import VERBS
from understudy.paths import Project
from understudy.report import store as report_store

CI = TOP / "ci"
FILES = {"vendor.github-workflows": "github-actions.yml", "vendor.gitlab-ci": "gitlab-ci.yml"}
PROJECT = Project(Path(), Path("deploy.yml"))


def parsed(name: str) -> Any:
    return yaml.safe_load((CI / name).read_text())


GITHUB, GITLAB = (parsed(name) for name in FILES.values())
STEPS = [step for job in GITHUB["jobs"].values() for step in job["steps"]]
SCRIPTS = [
    *(step["run"] for step in STEPS if "run" in step),
    *("\n".join(GITLAB[job]["script"]) for job in GITLAB["stages"]),
]


def commands(script: str) -> Iterator[list[str]]:
    """The words of each command line, without redirections."""
    for line in script.splitlines():
        for command in line.split(" | "):
            words = shlex.split(command, comments=True)
            yield [word for word in words if not word.startswith((">", "<"))]


COMMANDS = [words for script in SCRIPTS for words in commands(script)]
IN_DOCS = [
    words
    for line in re.findall(
        r"^ +(?:- run: )?(\S*(?:python|make) .*)$", (TOP / "docs/ci.md").read_text(), re.M
    )
    for words in commands(line)
]


def step(name: str) -> Any:
    [found] = [step for step in STEPS if step.get("name") == name]
    return found


@pytest.mark.parametrize(("schema", "name"), FILES.items())
def test_file_follows_the_services_schema(schema: str, name: str) -> None:
    words = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, CI / name)

    done = subprocess.run(words, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_shell_is_linted(script: str) -> None:
    done = subprocess.run(
        ["shellcheck", "--shell=bash", "-"], input=script, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("words", [*COMMANDS, *IN_DOCS], ids=shlex.join)
def test_command_exists_and_takes_its_arguments(words: list[str]) -> None:
    match words:
        case [python, "deploy.py", *options]:
            assert python in ("python", ".venv/bin/python")
            parse(make_parser(VERBS), options)
        case ["make", target]:
            assert re.search(f"^{target}:", (TOP / "Makefile").read_text(), re.M)
        case ["python3", "-m", module, "allowed_signers"]:
            assert (TOP / f"{module.replace('.', '/')}.py").is_file()
        case ["python3", file, _]:
            assert (TOP / file).is_file()
        case ["ci/control-groups"]:
            assert (CI / "control-groups").stat().st_mode & 0o100
        case [tool, *_]:
            assert tool in {"apt-get", "git", "printf"}


def test_each_service_runs_every_command() -> None:
    """Without this, the tests above would pass for an empty file."""
    for words in (
        ["ci/control-groups"],
        ["make", "setup"],
        [".venv/bin/python", "deploy.py", "rehearse", "--unsigned"],
        ["python3", "-m", "ci.sign", "allowed_signers"],
    ):
        assert COMMANDS.count(words) == len(FILES), words


def test_report_is_kept_however_the_run_ends() -> None:
    directory = f"reports/{report_store._name(PASSED)}"
    kept = step("Keep the report")
    artifacts = GITLAB["rehearse"]["artifacts"]

    assert (kept["if"], artifacts["when"]) == ("always()", "always")
    assert fnmatch(directory, kept["with"]["path"])
    assert fnmatch(directory, artifacts["paths"][0])
    assert fnmatch(f"{directory}/junit.xml", artifacts["reports"]["junit"])
    assert not fnmatch("reports/latest", artifacts["paths"][0])
    assert step("Show the verdict")["if"] == "always()"


def test_receipt_is_kept_and_handed_to_the_job_that_signs() -> None:
    directory = str(PROJECT.state / "receipts")
    given = [step["with"] for step in STEPS if step.get("with", {}).get("name") == "receipt"]

    assert [one["path"] for one in given] == [directory] * 3
    # Without the option, names that begin with a dot are left out.
    assert [one.get("include-hidden-files") for one in given] == [True, None, True]
    assert f"{directory}/" in GITLAB["rehearse"]["artifacts"]["paths"]
    assert GITLAB["sign"]["artifacts"]["paths"] == [f"{directory}/"]
    assert GITHUB["jobs"]["sign"]["needs"] == "rehearse"
    assert GITLAB["sign"]["needs"] == ["rehearse"]


def test_box_and_packages_are_cached_by_their_inputs() -> None:
    box, packages = GITLAB["rehearse"]["cache"]

    assert step("Restore the box")["with"]["path"] == str(PROJECT.state / "boxes")
    assert "'provision/**', 'deploy.yml'" in step("Restore the box")["with"]["key"]
    assert str(PROJECT.cache) in step("Restore the packages")["with"]["path"].split()
    assert (box["paths"], packages["paths"][0]) == ([".understudy/boxes/"], f"{PROJECT.cache}/")
    for path in (*box["key"]["files"], *packages["key"]["files"]):
        assert list(TOP.glob(path)), path


def test_all_of_history_is_checked_out() -> None:
    assert step("Let git read the checkout")
    assert GITHUB["jobs"]["rehearse"]["steps"][1]["with"]["fetch-depth"] == 0
    assert GITLAB["rehearse"]["variables"]["GIT_DEPTH"] == "0"


def test_runs_have_time_limits_and_a_newer_one_ends_the_older() -> None:
    assert all(job["timeout-minutes"] for job in GITHUB["jobs"].values())
    assert all(GITLAB[job]["timeout"] for job in GITLAB["stages"])
    assert step("Rehearse")["timeout-minutes"] < GITHUB["jobs"]["rehearse"]["timeout-minutes"]
    assert GITHUB["concurrency"]["cancel-in-progress"] is True
    assert GITLAB["default"]["interruptible"] is True


def test_actions_are_pinned_to_a_commit_with_their_version_beside() -> None:
    lines = [
        line for line in (CI / "github-actions.yml").read_text().splitlines() if "uses:" in line
    ]

    assert len(lines) == len([step for step in STEPS if "uses" in step])
    for line in lines:
        assert re.search(r"uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_job_may_read_the_code_and_nothing_else() -> None:
    assert GITHUB["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in GITHUB["jobs"].values())
    checkouts = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    # With it, a pull request of a fork would run with the secrets of this repository.
    assert "pull_request_target" not in GITHUB[True]


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_text_of_others_becomes_shell(script: str) -> None:
    """The service replaces ${{ and }} before the shell reads the line."""
    assert "${{" not in script
    assert "set -x" not in script


def test_key_is_given_to_nothing_but_the_step_that_signs() -> None:
    text = (CI / "github-actions.yml").read_text()
    sign = step("Sign the receipt")

    assert text.count("secrets.") == 1
    assert sign["env"] == {"UNDERSTUDY_KEY": "${{ secrets.UNDERSTUDY_KEY }}"}
    assert sign in GITHUB["jobs"]["sign"]["steps"]
    assert "UNDERSTUDY_KEY" not in str(GITLAB["rehearse"])
    assert GITLAB["sign"]["environment"]["action"] == "access"
    assert not [words for words in COMMANDS if "KEY" in str(words) and words[0] != "printf"]
