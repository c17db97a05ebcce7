"""doctor prints each problem with the command that fixes it."""

import json
import shutil
from pathlib import Path

import pytest

from tests.unit.fakes import TOP, FakeReport
from tests.unit.mirror_samples import production
from tests.unit.web_server import WebServer, reply
from understudy.cli import browser_checks, doctor
from understudy.cli.finding import Finding
from understudy.config import model as configuration
from understudy.config.browser import BrowserConfig
from understudy.errors import ConfigError, Unreachable
from understudy.job import Job
from understudy.parity.capture import lockfile
from understudy.paths import Project
from understudy.vm.provider import LIBVIRT, Choice

PROJECT = Project(TOP, TOP / "deploy.yml")


def tools(directory: Path, answers: dict[str, str]) -> None:
    """Makes programs that print a line."""
    for name, answer in answers.items():
        program = directory / name
        program.write_text(f"#!/bin/sh\necho '{answer}'\n")
        program.chmod(0o755)


def test_a_machine_without_tools_gets_the_command_that_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable) as raised:
        doctor.examine(PROJECT, FakeReport())
    assert raised.value.hint == "python deploy.py doctor --fix"


def test_browser_and_driver_of_different_versions_are_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools(tmp_path, {"chromium": "Chromium 156.0.1", "chromedriver": "ChromeDriver 155.0.1 (x)"})
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "different versions" in doctor._browser().seen
    assert doctor._browser().fix


def test_browser_and_driver_of_one_version_are_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools(tmp_path, {"chromium": "Chromium 156.0.1", "chromedriver": "ChromeDriver 156.0.2 (x)"})
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert doctor._browser().fix == ""


GRID = {"value": {"nodes": [{"slots": [{"stereotype": {"browserName": "chrome"}}]}]}}


@pytest.mark.parametrize(
    ("answer", "wanted", "seen", "is_problem"),
    [
        (reply(body=json.dumps(GRID).encode()), "chrome", "which has chrome (1)", False),
        (reply(body=json.dumps(GRID).encode()), "firefox", "has no browser firefox", True),
        (reply(body=b"{}"), "chrome", "is no Selenium Grid 4", True),
    ],
)
def test_with_a_grid_this_machine_needs_no_browser(
    answer: bytes, wanted: str, seen: str, is_problem: bool
) -> None:
    with WebServer(lambda _: answer) as server:
        url = f"http://127.0.0.1:{server.port}"
        settings = BrowserConfig.model_validate(
            {"grid": url, "capabilities": {"browserName": wanted}}
        )
        found = browser_checks.of_grid(settings, {})

    assert found
    assert seen in found.seen
    assert bool(found.fix) == is_problem
    gone = browser_checks.of_grid(settings, {})
    assert gone
    assert "does not answer" in gone.seen
    assert gone.fix
    assert browser_checks.of_grid(BrowserConfig(), {}) is None


def test_a_full_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 2**30})())
    finding = doctor._disk(tmp_path / "not" / "there" / "yet")
    assert "1 GiB free" in finding.seen
    assert "free 8 GiB" in finding.fix


def test_without_a_deploy_yml_only_the_machine_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_machine_checks", lambda *_: (lambda: Finding("a", "b"),))
    report = FakeReport()

    doctor.examine(Project(tmp_path, tmp_path / "deploy.yml"), report)

    assert report.said[0] == (
        f"✓ deploy.yml: none in {tmp_path} or above; python deploy.py init writes one"
    )
    with pytest.raises(ConfigError, match=r"other\.yml"):
        doctor.examine(Project(tmp_path, tmp_path / "other.yml"), report)


def test_staging_that_lacks_the_https_of_production_is_a_warning_and_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_machine_checks", "_vm_checks"):
        monkeypatch.setattr(doctor, name, lambda *_: ())
    text = (TOP / "deploy.yml").read_text()
    file = tmp_path / "deploy.yml"
    https = "    https: auto\n    acme: {terms: true}\n"
    file.write_text(text.replace("    admin: debian\n", f"    admin: debian\n{https}"))
    report = FakeReport()

    doctor.examine(Project(tmp_path, file), report)

    [warning] = report.warnings
    assert warning.startswith("production has HTTPS and vagrant has not: ")


def test_a_wrong_deploy_yml_is_reported_before_any_check(tmp_path: Path) -> None:
    (tmp_path / "deploy.yml").write_text("app: []")
    with pytest.raises(ConfigError):
        doctor.examine(Project(TOP, tmp_path / "deploy.yml"), FakeReport())


def test_checks_wait_for_their_programs_in_parallel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the two programs prints its version only once both have been started."""
    for name in ("git", "ssh"):
        program = tmp_path / name
        program.write_text(
            f"#!/bin/sh\ncd {tmp_path}\n: >{name}.began\n"
            "until [ -e git.began ] && [ -e ssh.began ]; do /bin/sleep 0.01; done\necho 1.2.3\n"
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    report = FakeReport()
    with pytest.raises(Unreachable):
        doctor.examine(PROJECT, report)
    assert {"✓ git: 1.2.3", "✓ ssh: 1.2.3"} <= set(report.said)


def capture_seen(directory: Path, text: str | None, release: str = "") -> Finding:
    """The finding about a capture with this text; None: there is none. release: vm.release, if it is set."""
    (directory / "provision").mkdir()
    shutil.copyfile(TOP / "deploy.yml", directory / "deploy.yml")
    if text is not None:
        (directory / "provision" / "production.lock.yml").write_text(text)
    project = Project(TOP, directory / "deploy.yml")
    config = configuration.load(project.config_file)
    if release:
        vm = config.vm.model_copy(update={"release": release})
        config = config.model_copy(update={"vm": vm})
    return doctor._capture(
        Job(project, config, "production", FakeReport()), Choice(LIBVIRT, "of the test")
    )


def test_a_missing_capture_is_no_problem_and_the_command_that_makes_one_is_shown(
    tmp_path: Path,
) -> None:
    finding = capture_seen(tmp_path, None)

    assert "capture --target production" in finding.seen
    assert finding.fix == ""


def test_another_release_than_productions_is_advised_against(tmp_path: Path) -> None:
    finding = capture_seen(tmp_path, lockfile.dump(production(), "production"), "trixie")

    assert "production runs debian 12, the staging VM debian 13" in finding.advice
    assert "no receipt would be accepted" in finding.advice


def test_capture_of_a_host_that_was_not_provisioned_is_advised_against(tmp_path: Path) -> None:
    before = production(sudo={"/etc/sudoers": "root ALL=(ALL:ALL) ALL"})
    finding = capture_seen(tmp_path, lockfile.dump(before, "production"))

    assert "production is not provisioned for todo yet" in finding.advice
    assert finding.advice.endswith("python deploy.py capture --target production")


def test_what_the_vm_takes_from_the_capture_is_shown(tmp_path: Path) -> None:
    finding = capture_seen(tmp_path, lockfile.dump(production(), "production"))

    assert finding.seen.startswith("provision/production.lock.yml: bookworm, ")
    assert "time zone Europe/Berlin" in finding.seen
    assert finding.fix == finding.advice == ""


@pytest.mark.parametrize(
    ("text", "seen", "fix"),
    [
        ("os: [", "production.lock.yml", "capture --target production"),
        (
            lockfile.dump(production(os={"name": "ubuntu 25.10"}), "production"),
            "production runs ubuntu 25.10",
            "vm.release",
        ),
    ],
)
def test_a_capture_that_the_vm_cannot_follow_is_a_problem(
    text: str, seen: str, fix: str, tmp_path: Path
) -> None:
    finding = capture_seen(tmp_path, text)

    assert seen in finding.seen
    assert fix in finding.fix


def test_project_without_a_vm_needs_neither_vagrant_nor_a_browser(tmp_path: Path) -> None:
    text = (TOP / "deploy.yml").read_text()
    head, targets = text.split("\ntargets:\n")
    file = tmp_path / "deploy.yml"
    file.write_text(f"{head}\ntargets:\n{targets[targets.index('  production:') :]}")
    report = FakeReport()

    doctor.examine(Project(tmp_path, file), report)

    assert "✓ staging VM: none: deploy.yml has no target vagrant" in report.said
    assert not [line for line in report.said if "Vagrant" in line or "browser" in line]


def test_missing_vagrant_is_said_to_matter_for_the_vm_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    report = FakeReport()
    with pytest.raises(Unreachable):
        doctor.examine(PROJECT, report)
    assert any("only the staging VM needs it" in line for line in report.said)


def test_missing_keys_of_ubuntu_are_a_problem_with_their_package(tmp_path: Path) -> None:
    if Path("/usr/share/keyrings/ubuntu-archive-keyring.gpg").exists():
        pytest.skip("this machine has Ubuntu's keys")
    config = configuration.load(PROJECT.config_file)
    vm = config.vm.model_copy(update={"release": "noble"})
    project = Project(tmp_path, tmp_path / "deploy.yml")
    job = Job(project, config.model_copy(update={"vm": vm}), "vagrant", FakeReport())

    found = doctor._keyring(job)

    assert (found.title, "apt-get install ubuntu-keyring" in found.fix) == ("keys of noble", True)
