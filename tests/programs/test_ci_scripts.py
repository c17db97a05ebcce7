"""The scripts that the files for CI services call, called the same way."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ci import summary
from tests.programs.test_ci_files import GITLAB, step
from tests.unit.fakes import TEMPLATES, TOP
from tests.unit.records import FAILED, PASSED, nasty
from understudy.receipts import signing
from understudy.report import store as report_store
from understudy.report.record import Commit, Record

GITHUB_SIGNS = step("Sign the receipt")["run"]
GITLAB_SIGNS = GITLAB["sign"]["script"][-1]
NAME = ".understudy/receipts/shop-0123.json"


def run(script: str, directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs it as a service does: the project's code, and tools of the system alone."""
    for name in ("ci", "understudy"):
        if not (directory / name).exists():
            (directory / name).symlink_to(TOP / name)
    (directory / "tmp").mkdir(exist_ok=True)
    given = {"PATH": os.environ["PATH"], "TMPDIR": str(directory / "tmp"), **variables}
    words = ("bash", "-euo", "pipefail", "-c", script)
    return subprocess.run(words, cwd=directory, env=given, capture_output=True, text=True)


@pytest.fixture
def rehearsed(tmp_path: Path, keys: Path) -> Path:
    """A directory with a receipt, and with allowed_signers."""
    (tmp_path / NAME).parent.mkdir(parents=True)
    (tmp_path / NAME).write_text("{}")
    (tmp_path / "allowed_signers").symlink_to(keys / "allowed_signers")
    return tmp_path


def signer(directory: Path) -> str:
    file = directory / NAME
    return signing.check(file, file.with_suffix(".json.sig"), directory / "allowed_signers")


def shown(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


@pytest.mark.parametrize("ends", ["\n", "\r\n", ""])
def test_github_signs_with_the_text_of_a_secret(ends: str, rehearsed: Path, keys: Path) -> None:
    key = ends.join((keys / "ann").read_text().splitlines()) if ends else (keys / "ann").read_text()

    done = run(GITHUB_SIGNS, rehearsed, UNDERSTUDY_KEY=key)

    assert (done.returncode, done.stderr) == (0, "")
    assert signer(rehearsed) == "ann@desk"
    assert "shop-0123.json: signed by ann@desk" in done.stdout


def test_gitlab_signs_with_the_file_of_a_variable(rehearsed: Path, keys: Path) -> None:
    done = run(GITLAB_SIGNS, rehearsed, UNDERSTUDY_KEY=str(keys / "ann"))

    assert (done.returncode, done.stderr) == (0, "")
    assert signer(rehearsed) == "ann@desk"


@pytest.mark.parametrize(
    ("script", "variables"),
    [(GITHUB_SIGNS, {"UNDERSTUDY_KEY": ""}), (GITLAB_SIGNS, {})],
    ids=["github", "gitlab"],
)
def test_without_a_key_the_receipt_stays_unsigned(
    script: str, variables: dict[str, str], rehearsed: Path
) -> None:
    done = run(script, rehearsed, **variables)

    assert (done.returncode, done.stderr) == (0, "")
    assert "stays unsigned" in done.stdout
    assert not list(rehearsed.rglob("*.sig"))


@pytest.mark.parametrize(
    ("key", "error", "code"),
    [
        ("mallory", "may not sign", 3),
        ("locked", "without a passphrase", 1),
        (None, "can't sign", 1),
    ],
)
def test_key_that_cannot_sign_fails_at_once_with_the_reason(
    key: str | None, error: str, code: int, rehearsed: Path, keys: Path
) -> None:
    text = (keys / key).read_text() if key else "hunter2"

    done = run(GITHUB_SIGNS, rehearsed, UNDERSTUDY_KEY=text)

    assert done.returncode == code
    assert error in done.stderr
    assert "Traceback" not in shown(done)


@pytest.mark.parametrize("name", ["ann", "mallory", "locked"])
def test_nothing_of_the_key_is_shown_or_left(name: str, rehearsed: Path, keys: Path) -> None:
    key = (keys / name).read_text()

    done = run(GITHUB_SIGNS, rehearsed, UNDERSTUDY_KEY=key)

    assert not [line for line in key.splitlines() if line in shown(done)]
    assert list((rehearsed / "tmp").iterdir()) == []
    assert not [line for line in key.splitlines()[1:-1] if line in (rehearsed / NAME).read_text()]


def test_file_of_the_key_is_readable_by_its_owner_alone(rehearsed: Path, keys: Path) -> None:
    """From the first moment. ssh-keygen itself refuses any other file."""
    tools = rehearsed / "bin"
    tools.mkdir()
    (tools / "ssh-keygen").write_text('#!/bin/sh\nstat -c "mode %a" "$4" >&2; exit 1\n')
    (tools / "ssh-keygen").chmod(0o755)
    path = f"umask 000; PATH={tools}:$PATH; {GITHUB_SIGNS}"

    done = run(path, rehearsed, UNDERSTUDY_KEY=(keys / "ann").read_text())

    assert "mode 600" in done.stderr


def written(directory: Path, record: Record) -> str:
    """The summary of a run on its page at GitHub."""
    report_store.write(directory / "reports", TEMPLATES, record, directory / "none")
    done = run(step("Show the verdict")["run"], directory, GITHUB_STEP_SUMMARY=f"{directory}/page")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return (directory / "page").read_text()


def test_summary_of_a_passed_run_has_its_phases(tmp_path: Path) -> None:
    page = written(tmp_path, PASSED)

    assert page.startswith("<h3>rehearse passed after 117 s</h3>")
    assert "✓ deploy the candidate under traffic 34 s" in page
    assert "- load the data pulled from production: no data was pulled" in page


def test_summary_of_a_failed_run_has_the_cause_and_what_to_try(tmp_path: Path) -> None:
    lines = written(tmp_path, FAILED).splitlines()

    assert lines[2:4] == ["browser tests: 1 failed", ""]
    assert lines[4:6] == [
        "the app imports markdown, which its lock file doesn&#x27;t have",
        "try: Add markdown to requirements.in, compile requirements.txt, commit both.",
    ]
    assert "✗ deploy the candidate under traffic 34 s" in lines


def test_summary_has_the_commit_and_what_enables_a_skipped_phase(tmp_path: Path) -> None:
    skipped = replace(PASSED.phases[2], enable="python deploy.py data pull")
    commit = Commit("c0ffee" * 6, "Sell tea")

    page = written(tmp_path, replace(PASSED, app="shop", commit=commit, phases=(skipped,)))

    assert page.splitlines()[2:5] == [
        "shop c0ffeec0ff Sell tea",
        "host tests: 1 passed, 1 skipped",
        "browser tests: 1 passed",
    ]
    assert "no data was pulled (python deploy.py data pull)" in page


def test_nothing_breaks_out_of_the_summary(tmp_path: Path) -> None:
    page = written(tmp_path, replace(nasty(), verb="rehearse", target="vagrant"))

    assert page.count("<") == page.count("<h3>") + page.count("</h3>") + 2
    assert page.count("</pre>") == 1


def test_summary_says_that_there_is_no_report(tmp_path: Path) -> None:
    assert "There is no report" in summary.main(tmp_path / "report.json")


def group(directory: Path) -> Path:
    """The control group of a container: not the topmost, and with all processes of the container in it."""
    directory.mkdir(exist_ok=True)
    (directory / "cgroup.type").write_text("domain\n")
    (directory / "cgroup.procs").write_text("1\n17\n")
    (directory / "cgroup.controllers").write_text("cpu memory\n")
    return directory


def test_processes_of_a_container_move_to_a_group_of_their_own(tmp_path: Path) -> None:
    done = run(f"ci/control-groups {group(tmp_path / 'groups')}", tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    # A file keeps the last line; the kernel's would take one after another.
    assert (tmp_path / "groups/ci/cgroup.procs").read_text() == "17\n"
    assert (tmp_path / "groups/cgroup.subtree_control").read_text() == "+memory\n"


def test_topmost_group_is_left_alone(tmp_path: Path) -> None:
    (group(tmp_path / "groups") / "cgroup.type").unlink()

    assert run(f"ci/control-groups {tmp_path}/groups", tmp_path).returncode == 0
    assert not (tmp_path / "groups/cgroup.subtree_control").exists()


def test_container_without_the_right_fails_with_the_option_to_ask_for(tmp_path: Path) -> None:
    groups = group(tmp_path / "groups")
    (groups / "ci").touch()

    done = run(f"ci/control-groups {groups}", tmp_path)

    assert done.returncode == 4
    assert "--privileged" in done.stderr
