"""The verb capture: read-only, atomic, and clear about what it could not read."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.capture_samples import SECTIONS, output
from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import Staging
from understudy.errors import ConfigError, StepFailed
from understudy.job import Job
from understudy.parity import capture_host
from understudy.parity.capture.value import Capture
from understudy.ssh.connection import Result


@pytest.fixture
def job(staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """For a project in a directory of its own, and a host that answers as in the sample."""
    staging.directory = tmp_path
    monkeypatch.setattr(capture_host, "SshConnection", staging.connect)
    answer(staging, printed(now()))
    return staging.job()


def now(**changes: str) -> str:
    clock = f"{datetime.now(UTC).timestamp():.2f}"
    return output(**{"clock": clock, **changes})


def answer(staging: Staging, *results: Result) -> FakeConnection:
    host = FakeConnection({"date +%s.%N": list(results)})
    staging.hosts["debian"] = host
    return host


def lock(job: Job) -> Path:
    return job.directory / "provision" / "staging.lock.yml"


def test_capture_is_written_beside_deploy_yml(job: Job, staging: Staging) -> None:
    capture_host.capture(job, "staging")

    assert capture_host.load(job, "staging").entry("time.zone") == "Etc/UTC"
    assert staging.report.said == ["provision/staging.lock.yml: written"]
    [(event, fields)] = staging.report.results
    assert (event, fields["sections"]["os"]["name"]) == ("capture", "debian 12")
    assert [path.name for path in lock(job).parent.iterdir()] == ["staging.lock.yml"]


def test_host_is_read_by_one_command_over_one_connection(job: Job, staging: Staging) -> None:
    host = answer(staging, printed(now()))

    capture_host.capture(job, "staging")

    query, closed = host.notes
    assert query.startswith("sh -euc")
    assert closed == "closed"


def test_second_capture_says_that_nothing_changed(job: Job, staging: Staging) -> None:
    capture_host.capture(job, "staging")
    before = lock(job).stat().st_mtime_ns

    capture_host.capture(job, "staging")

    assert staging.report.said[-1] == "provision/staging.lock.yml is unchanged"
    assert lock(job).stat().st_mtime_ns == before


def test_changed_host_changes_the_file(job: Job, staging: Staging) -> None:
    answer(staging, printed(now()), printed(now(sysctl="net/core/somaxconn\t128")))
    capture_host.capture(job, "staging")

    capture_host.capture(job, "staging")

    assert staging.report.said[-1] == "provision/staging.lock.yml: changed, see git diff"
    assert "net.core.somaxconn: '128'" in lock(job).read_text()


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (printed(now()[:-9]), "cut off"),
        (printed(""), "cut off"),
        (failed(errors="sh: 1: date: not found"), "can't be read"),
        (printed(now(memory="/proc/meminfo\tMemTotal: x kB")), "can't be parsed"),
    ],
)
def test_output_that_is_no_capture_leaves_the_file_as_it_was(
    result: Result, message: str, job: Job, staging: Staging
) -> None:
    capture_host.capture(job, "staging")
    before = lock(job).read_bytes()
    answer(staging, result)

    with pytest.raises(StepFailed, match=message):
        capture_host.capture(job, "staging")

    assert lock(job).read_bytes() == before
    assert [path.name for path in lock(job).parent.iterdir()] == ["staging.lock.yml"]


def test_failed_query_is_an_error_without_its_output(job: Job, staging: Staging) -> None:
    answer(staging, failed(now()[:-9], errors="sudo: killed"))

    with pytest.raises(StepFailed, match="can't be read") as raised:
        capture_host.capture(job, "staging")
    assert raised.value.details == "The output ends in section observed.\nsudo: killed"


def test_unreadable_section_is_warned_of(job: Job, staging: Staging) -> None:
    answer(staging, printed(now(sudo="!!! needs root, and sudo said no")))

    capture_host.capture(job, "staging")

    assert staging.report.warnings == ["staging: sudo can't be read: needs root, and sudo said no"]
    assert "unreadable: needs root, and sudo said no" in lock(job).read_text()


@pytest.mark.parametrize(
    ("sudo", "is_warned"),
    [
        ("", False),
        ("/etc/sudoers\troot ALL=(ALL:ALL) ALL", True),
        ("/etc/sudoers.d/understudy-other\tdeploy ALL=(root) ALL", True),
        ("/etc/sudoers.d/understudy-shop\tdeploy ALL=(root) ALL", False),
        ("!!! needs root, and sudo said no", False),
    ],
)
def test_host_that_is_not_provisioned_yet_is_warned_of(
    job: Job, staging: Staging, sudo: str, *, is_warned: bool
) -> None:
    answer(staging, printed(now(sudo=sudo)))

    capture_host.capture(job, "staging")

    said = [text for text in staging.report.warnings if "is not provisioned" in text]
    assert len(said) == is_warned
    for text in said:
        assert text.startswith("staging is not provisioned for shop yet: ")
        assert text.endswith("then capture it again: python deploy.py capture --target staging")


def test_unknown_distribution_is_warned_of_and_captured(job: Job, staging: Staging) -> None:
    fedora = "/etc/os-release\tID=fedora\n/etc/os-release\tVERSION_ID=42\nmachine\tx86_64"
    answer(staging, printed(now(os=fedora, packages="!!! no dpkg-query on this host")))

    capture_host.capture(job, "staging")

    assert staging.report.warnings[0] == (
        "staging runs fedora 42: Understudy supports Debian and Ubuntu, and captures what it can"
    )
    assert capture_host.load(job, "staging").entry("time.zone") == "Etc/UTC"


def test_release_that_the_vm_does_not_have_is_warned_of(job: Job, staging: Staging) -> None:
    vm = job.config.vm.model_copy(update={"stands_for": "staging", "release": "trixie"})
    other = replace(job, config=job.config.model_copy(update={"vm": vm}))

    capture_host.capture(other, "staging")

    assert "staging runs debian 12, the staging VM debian 13" in staging.report.warnings[-1]


def test_derivative_of_ubuntu_is_known(job: Job, staging: Staging) -> None:
    mint = '/etc/os-release\tID=linuxmint\n/etc/os-release\tID_LIKE="ubuntu debian"'
    answer(staging, printed(now(os=mint)))

    capture_host.capture(job, "staging")

    assert staging.report.warnings == []


def test_unwritable_directory_is_an_error(job: Job) -> None:
    lock(job).parent.write_text("in the way")

    with pytest.raises(StepFailed, match="can't be written") as raised:
        capture_host.capture(job, "staging")
    assert "`ls -la" in raised.value.hint


def test_missing_capture_says_how_to_make_it(job: Job) -> None:
    with pytest.raises(ConfigError, match=r"provision/staging\.lock\.yml is missing") as raised:
        capture_host.load(job, "staging")

    assert raised.value.hint == "python deploy.py capture --target staging"


def test_capture_in_another_encoding_is_an_error(job: Job) -> None:
    lock(job).parent.mkdir()
    lock(job).write_bytes(b"format: '1' # \xfc\n")

    with pytest.raises(ConfigError, match="can't be read") as raised:
        capture_host.load(job, "staging")
    assert "python deploy.py capture --target staging" in raised.value.hint


def test_unknown_target_is_an_error_before_any_host_is_read(job: Job, staging: Staging) -> None:
    host = answer(staging, printed(now()))

    with pytest.raises(ConfigError, match="no target 'prod'"):
        capture_host.capture(job, "prod")

    assert host.notes == []


def test_one_of_several_hosts_must_be_named(staging: Staging, job: Job) -> None:
    several = staging.job(addresses=["192.0.2.8", "2001:db8::9"])

    with pytest.raises(ConfigError, match="staging has 2 hosts") as raised:
        capture_host.capture(several, "staging")
    assert raised.value.hint == "Name one of: staging:192.0.2.8, staging:2001:db8::9."

    one = replace(several, address="2001:db8::9")
    capture_host.capture(one, capture_host.name_of(one))
    assert capture_host.load(several, "staging:2001:db8::9").entry("time.zone") == "Etc/UTC"
    assert staging.report.said == ["provision/staging-2001-db8--9.lock.yml: written"]


def test_vm_follows_the_first_of_several_hosts_that_has_a_capture(
    job: Job, staging: Staging
) -> None:
    several = staging.job(addresses=["192.0.2.8", "192.0.2.9"])
    vm = several.config.vm.model_copy(update={"stands_for": "staging"})
    job = replace(several, config=several.config.model_copy(update={"vm": vm}))
    assert capture_host.mirrored_target(job) == "staging:192.0.2.8"

    capture_host.capture(job, "staging:192.0.2.9")

    assert capture_host.mirrored_target(job) == "staging:192.0.2.9"


def test_unknown_host_of_a_target_is_an_error(job: Job) -> None:
    with pytest.raises(ConfigError, match=r"staging has no host 192\.0\.2\.1"):
        capture_host.capture(job, "staging:192.0.2.1")


def test_text_in_any_encoding_is_read_and_kept_the_same_way(job: Job, staging: Staging) -> None:
    cron = SECTIONS["cron"] + "\n/etc/cron.d/alt\t1 2 * * * todo /bin/gr\ufffd\ufffde"
    answer(staging, printed(now(cron=cron)))
    capture_host.capture(job, "staging")

    found: Capture = capture_host.load(job, "staging")

    assert found.entry("cron./etc/cron.d/alt") == "1 2 * * * todo /bin/gr\ufffd\ufffde"
