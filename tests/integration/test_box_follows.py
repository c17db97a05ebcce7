"""Box and VM follow a capture: the VM has the captured settings, and its parity score rises."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.staging import PROJECT, Answer, Staging, make_app, run, vm_name
from understudy.parity.capture import lockfile
from understudy.parity.capture.value import Capture
from understudy.paths import Project
from understudy.vm.debian_archive import DebianArchive
from understudy.vm.mirror.archive import parse
from understudy.vm.mirror.versions import order

pytestmark = [pytest.mark.timeout(3600), pytest.mark.long]
LIMITS = "/etc/security/limits.d/web.conf"
CHANGES = {
    "locale.LANG": "de_DE.UTF-8",
    "locale.LC_TIME": "C.UTF-8",
    "locale.available de_DE.utf8": "yes",
    "locale.available fr_FR.utf8": "yes",
    "time.zone": "Asia/Tokyo",
    "memory.total": "1.4 GiB",
    "memory.swap": "510 MiB",
    "cpu.count": "1",
    "sysctl.net.core.somaxconn": "512",
    "sysctl.vm.swappiness": "10",
    "sysctl.transparent_hugepage": "never",
    "limits.systemd.DefaultLimitNOFILE": "65536",
    "limits.systemd.DefaultLimitNOFILESoft": "2048",
    f"limits.{LIMITS}": "* hard nofile 4096",
}
REFUSED = "sysctl.net.odd.key"
GONE = "packages.sqlite3"


@dataclass(frozen=True)
class Follower:
    """A VM that follows a capture. before: its parity score without. other: a package and its version."""

    staging: Staging
    before: float
    up: Answer
    other: tuple[str, str]

    @property
    def production(self) -> Path:
        return lock(self.staging, "production")

    def captured(self) -> Capture:
        return captured(self.staging)


def lock(staging: Staging, target: str) -> Path:
    return staging.config.parent / "provision" / f"{target}.lock.yml"


def captured(staging: Staging) -> Capture:
    """A capture of the VM."""
    assert staging.deploy_py("capture", "--target", "vagrant").code == 0
    return lockfile.load(lock(staging, "vagrant").read_text(), "vagrant.lock.yml", "vagrant")


def keep(staging: Staging, capture: Capture, changes: dict[str, str]) -> None:
    """Writes a capture as production's, with these entries changed."""
    sections = {name: dict(section) for name, section in capture.sections.items()}
    for path, value in changes.items():
        section, _, entry = path.partition(".")
        sections[section][entry] = value
    lock(staging, "production").write_text(lockfile.dump(Capture(sections), "production"))


def parity(staging: Staging) -> float:
    answer = staging.deploy_py("drift", "--json", "--between", "capture", "vagrant")
    events = [json.loads(line) for line in answer.text.splitlines() if line.startswith("{")]
    [answered] = [event for event in events if event["event"] == "drift"]
    score: float = answered["comparisons"][0]["score"]
    return score


def reboot(staging: Staging) -> None:
    """Reboots the VM. Returns when it answers again."""
    which = "cat /proc/sys/kernel/random/boot_id"
    before = staging.host(which).text
    staging.host("systemctl reboot --no-block")
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        answer = staging.host(which)
        if answer.code == 0 and answer.text != before:
            return
        time.sleep(2)
    pytest.fail("the VM does not come back")


def older_nginx(staging: Staging) -> str:
    """A version that the archive has besides the newest one."""
    archive = DebianArchive(Project(PROJECT, staging.config, PROJECT), "bookworm")
    offers = parse(archive.offers(["nginx"]))
    versions = sorted({offer.version for offer in offers}, key=order)
    if len(versions) < 2:
        pytest.skip("the archive has nginx in one version only")
    return versions[0]


@pytest.fixture(scope="module")
def follower(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Follower]:
    directory = tmp_path_factory.mktemp("follower")

    def change(settings: dict[str, Any]) -> None:
        settings["vm"] = {"name": vm_name("follower"), "provider": "libvirt"}
        settings["host"] = {}
        settings["parity"] = {"threshold": 0}
        known_hosts = str(directory / "known_hosts")
        settings["targets"]["vagrant"] |= {"known_hosts": known_hosts}

    staging = make_app(PROJECT / "example", directory, change)
    assert staging.deploy_py("up").code == 0
    version = older_nginx(staging)
    packages = {"packages.nginx": version, "packages.nginx-common": version, GONE: "3.40.1-1"}
    keep(staging, captured(staging), {**CHANGES, **packages, REFUSED: "1"})
    before = parity(staging)
    up = staging.deploy_py("up")
    assert up.code == 0
    yield Follower(staging, before, up, ("packages.nginx", version))
    staging.deploy_py("destroy", "--yes")


def test_vm_has_the_captured_settings(follower: Follower) -> None:
    found = follower.captured()

    assert {path: found.entry(path) for path in CHANGES} == CHANGES


def test_package_has_the_version_that_was_captured(follower: Follower) -> None:
    path, version = follower.other

    assert follower.captured().entry(path) == version


def test_version_gone_from_the_archive_is_listed_in_the_reports(follower: Follower) -> None:
    text = (PROJECT / "reports" / "unmatched.txt").read_text()

    [line] = [line for line in text.splitlines() if GONE in line]
    assert "3.40.1-1" in line
    assert str(follower.captured().entry(GONE)) in line


def test_up_prints_what_it_mirrors_and_what_the_kernel_refused(follower: Follower) -> None:
    assert "the VM mirrors provision/production.lock.yml: bookworm, 1536 MiB" in follower.up.text
    assert "time zone Asia/Tokyo" in follower.up.text
    assert "reports/unmatched.txt" in follower.up.text
    assert "net.odd.key: the VM's kernel has no such setting" in follower.up.text


def test_parity_is_better_than_before(follower: Follower) -> None:
    assert parity(follower.staging) > follower.before


def test_settings_survive_a_reboot(follower: Follower) -> None:
    reboot(follower.staging)

    found = follower.captured()

    assert {path: found.entry(path) for path in CHANGES} == CHANGES


def test_change_that_the_vm_does_not_follow_rebuilds_nothing(follower: Follower) -> None:
    text = follower.production.read_text()
    free = "free space on /: 10 % or more"
    assert free in text
    follower.production.write_text(text.replace(free, "free space on /: under 10 %"))
    try:
        answer = follower.staging.deploy_py("up")
    finally:
        follower.production.write_text(text)

    assert answer.code == 0
    assert "rebuilding" not in answer.text


def test_site_is_deployed_to_it_and_host_tests_pass(follower: Follower) -> None:
    """Provisioning did not change production's locale and time zone."""
    assert follower.staging.deploy_py("deploy").code == 0

    answer = run(
        *(str(PROJECT / ".venv/bin/pytest"), "-q", "tests/host"),
        *("--deploy-config", follower.staging.config),
    )

    assert answer.code == 0
