"""The verb drift: which two sides are compared, what is shown, and when drift fails."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, printed, settings
from tests.unit.parity.test_capture_host import now
from tests.unit.staging import Staging
from understudy.config.model import Config
from understudy.errors import ConfigError, StepFailed
from understudy.job import Job
from understudy.parity import capture_host, compare
from understudy.parity.drift.comparison import Comparison
from understudy.paths import Project

OTHER = {"domain": "shop.example.com", "address": "192.0.2.8", "admin": "ops"}
INTENDED = [{"path": "sysctl.*", "reason": "the VM is small"}]


class Hosts(Staging):
    """Two targets: staging, whose admin is debian, and production, whose admin is ops."""

    def pair(self, **parity_settings: Any) -> Job:
        made = settings()
        made["targets"]["production"] = OTHER
        made["parity"] = parity_settings
        project = Project(self.directory, self.directory / "deploy.yml")
        return Job(project, Config.model_validate(made), "staging", self.report)

    def answer(self, user: str, **changes: str) -> None:
        self.hosts[user] = FakeConnection({"date +%s.%N": printed(now(**changes))})


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    hosts = Hosts(tmp_path)
    monkeypatch.setattr(capture_host, "SshConnection", hosts.connect)
    hosts.answer("debian")
    hosts.answer("ops")
    return hosts


def names(comparisons: list[Comparison]) -> list[tuple[str, str]]:
    return [(found.model, found.copy) for found in comparisons]


def test_vm_is_compared_with_the_target_it_mirrors_by_default(hosts: Hosts) -> None:
    assert names(compare.comparisons(hosts.pair())) == [("production", "staging")]


def test_any_two_can_be_compared(hosts: Hosts) -> None:
    job = hosts.pair()
    capture_host.capture(job, "production")

    for model in ("production", "staging", "capture", "code"):
        for copy in ("production", "staging", "capture", "code"):
            assert names(compare.comparisons(job, None, (model, copy))) == [(model, copy)]


def test_single_target_is_compared_with_its_capture_and_with_the_code(hosts: Hosts) -> None:
    job = hosts.pair()
    capture_host.capture(job, "production")
    hosts.answer("ops", sysctl="net/core/somaxconn\t128")

    found = compare.comparisons(job, "production")

    assert names(found) == [("capture", "production"), ("code", "production")]
    assert "sysctl.net.core.somaxconn" in [one.path for one in found[0].differences]


def test_difference_intended_between_two_hosts_hides_no_change_of_one_host(hosts: Hosts) -> None:
    job = hosts.pair(intended=INTENDED)
    capture_host.capture(job, "production")
    hosts.answer("ops", sysctl="net/core/somaxconn\t128")

    by_capture, _ = compare.comparisons(job, "production")

    assert "sysctl.net.core.somaxconn" in [one.path for one in by_capture.differences]


def test_target_without_a_capture_is_compared_with_the_code_and_warned_of(hosts: Hosts) -> None:
    found = compare.comparisons(hosts.pair(), "production")

    assert names(found) == [("code", "production")]
    assert "`python deploy.py capture --target production` makes one" in hosts.report.warnings[0]


def test_target_excludes_two_sides(hosts: Hosts) -> None:
    with pytest.raises(ConfigError, match="either --target or --between"):
        compare.comparisons(hosts.pair(), "production", ("a", "b"))


def test_capture_of_a_target_that_deploy_yml_no_longer_has_can_be_compared(hosts: Hosts) -> None:
    job = hosts.pair()
    capture_host.capture(job, "production")
    config = job.config.model_copy(update={"targets": {"staging": job.config.targets["staging"]}})

    found = compare.comparisons(replace(job, config=config), None, ("capture", "staging"))

    assert names(found) == [("capture", "staging")]


@pytest.mark.parametrize(
    ("model", "copy", "message"),
    [
        ("prod", "staging", "no target 'prod'"),
        ("staging", "prod", "no target 'prod'"),
        ("capture", "staging", "there is no capture of production"),
    ],
)
def test_missing_side_is_an_error(model: str, copy: str, message: str, hosts: Hosts) -> None:
    with pytest.raises(ConfigError, match=message):
        compare.comparisons(hosts.pair(), None, (model, copy))

    assert hosts.report.steps == [], "no host was read in vain"


def test_target_named_capture_or_code_is_refused(hosts: Hosts) -> None:
    job = hosts.pair()
    called = job.config.model_copy(update={"targets": {"code": job.target, **job.config.targets}})

    with pytest.raises(ConfigError, match="is named code"):
        compare.comparisons(
            Job(job.project, called, "staging", hosts.report), None, ("code", "staging")
        )


def show(hosts: Hosts, *, html: bool = False, **parity_settings: Any) -> None:
    job = hosts.pair(**parity_settings)
    compare.show(job, compare.comparisons(job), html=html)


def test_equal_hosts_are_reported_in_one_line(hosts: Hosts) -> None:
    show(hosts)

    [said] = hosts.report.said
    assert said.startswith("parity of staging with production: 100 of 100, 0 differences in ")


def test_parity_below_the_threshold_is_a_failure(hosts: Hosts) -> None:
    hosts.answer("debian", time="zone\t/usr/share/zoneinfo/Europe/Berlin")

    with pytest.raises(StepFailed, match=r"is 89\.9; deploy\.yml asks for 95") as raised:
        show(hosts)

    assert "parity.intended" in raised.value.hint
    assert any("time.zone" in line for line in hosts.report.said)


@pytest.mark.parametrize("threshold", [0, 89.9])
def test_parity_at_the_threshold_is_enough(threshold: float, hosts: Hosts) -> None:
    hosts.answer("debian", time="zone\t/usr/share/zoneinfo/Europe/Berlin")

    show(hosts, threshold=threshold)


def test_intended_difference_costs_no_points(hosts: Hosts) -> None:
    hosts.answer("debian", sysctl="net/core/somaxconn\t128")

    show(hosts, threshold=100, intended=INTENDED)

    assert "    the VM is small" in hosts.report.said


def test_declaration_that_matches_nothing_is_warned_of(hosts: Hosts) -> None:
    show(hosts, intended=[{"path": "sysctrl.*", "reason": "typo"}])

    assert hosts.report.warnings == ["parity.intended: sysctrl.* matches nothing here"]


def test_comparison_has_fields_for_programs(hosts: Hosts) -> None:
    hosts.answer("debian", sysctl="net/core/somaxconn\t128")

    show(hosts)

    [(_, drift)] = hosts.report.results
    [comparison] = drift["comparisons"]
    assert (drift["threshold"], comparison["from"], comparison["to"]) == (
        95,
        "production",
        "staging",
    )
    assert comparison["differences"][0]["weight"] == 2


def test_page_is_written_and_its_path_shown(hosts: Hosts) -> None:
    show(hosts, html=True)

    assert hosts.report.said[-1] == "page: reports/drift.html"
    assert "100 of 100" in (hosts.directory / "reports" / "drift.html").read_text()
    assert [path.name for path in (hosts.directory / "reports").iterdir()] == ["drift.html"]
