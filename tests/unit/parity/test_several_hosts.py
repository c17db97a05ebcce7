"""capture and drift of targets with several hosts: each host by its role."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.capture_samples import SECTIONS
from tests.unit.fakes import FakeConnection, printed, settings
from tests.unit.parity.test_capture_host import now
from tests.unit.staging import Staging
from understudy.config.model import Config
from understudy.errors import ConfigError, StepFailed, Unreachable
from understudy.job import Job
from understudy.parity import capture_host, compare
from understudy.parity.drift.comparison import Comparison
from understudy.parity.sides import Sides
from understudy.paths import Project

DATABASE, WEB, WORKER = "203.0.113.9", "203.0.113.7", "203.0.113.8"
ADDRESSES = {DATABASE: "10.0.0.9", WEB: "10.0.0.7", WORKER: "10.0.0.8"}
ROLES = {DATABASE: "database", WEB: "web", WORKER: "worker"}
# In their order: web, worker, database.
STAGING = ("192.168.60.10", "192.168.60.11", "192.168.60.12")


class Hosts(Staging):
    """Production with three hosts, and a staging VM for each of them."""

    def job(self, fold: tuple[str, ...] = (), **parity: Any) -> Job:  # type: ignore[override]
        made = settings({"database": "postgresql", "media_url": None})
        made["targets"]["production"] = self._target(
            {address: [role] for address, role in ROLES.items()}, ADDRESSES
        )
        roles = [["web"], ["worker", "database"]] if fold else [["web"], ["worker"], ["database"]]
        made["targets"]["staging"] = self._target(dict(zip(STAGING, roles, strict=False)), {})
        made["vm"] = {"topology": "production", "fold": list(fold)}
        made["parity"] = parity
        project = Project(self.directory, self.directory / "deploy.yml")
        return Job(project, Config.model_validate(made), "staging", self.report)

    def _target(self, roles: dict[str, list[str]], private: dict[str, str]) -> dict[str, Any]:
        hosts = [
            {"address": one, "private": private.get(one, ""), "roles": its}
            for one, its in roles.items()
        ]
        return {"domain": "shop.example.com", "admin": "debian", "hosts": hosts}

    def answer(self, *addresses: str, **changes: str) -> None:
        for one in addresses or (*ADDRESSES, *STAGING):
            self.hosts[f"debian@{one}"] = FakeConnection({"date +%s.%N": printed(now(**changes))})


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    hosts = Hosts(tmp_path)
    monkeypatch.setattr(capture_host, "SshConnection", hosts.connect)
    hosts.answer()
    return hosts


def names(comparisons: list[Comparison]) -> list[tuple[str, str, str]]:
    return [(one.host, one.model, one.copy) for one in comparisons]


def paths(comparisons: list[Comparison]) -> dict[str, list[str]]:
    return {one.host: [found.path for found in one.differences] for one in comparisons}


def lets_in(*addresses: str) -> str:
    rule = f"ip saddr {{ {', '.join(addresses)} }} tcp dport 5432 accept"
    return f"\ttable inet understudy {{\n\t\t{rule}\n\t}}"


def test_each_host_is_compared_with_the_machine_that_plays_it(hosts: Hosts) -> None:
    found = compare.comparisons(hosts.job())

    assert names(found) == [
        (DATABASE, f"production:{DATABASE}", f"staging:{STAGING[2]}"),
        (WEB, f"production:{WEB}", f"staging:{STAGING[0]}"),
        (WORKER, f"production:{WORKER}", f"staging:{STAGING[1]}"),
    ]
    assert {one.score for one in found} == {100}


def test_a_vm_that_was_never_built_is_said_to_have_no_address(hosts: Hosts) -> None:
    job = hosts.job()
    vm = job.config.targets["staging"].model_copy(update={"host_list": (), "disposable": True})
    targets = {**job.config.targets, "staging": vm}
    before = replace(job, config=job.config.model_copy(update={"targets": targets}))

    with pytest.raises(Unreachable, match="staging has no address yet"):
        compare.comparisons(before)


def test_a_difference_is_that_of_its_host(hosts: Hosts) -> None:
    hosts.answer(STAGING[1], sysctl="net/core/somaxconn\t128")

    found = paths(compare.comparisons(hosts.job()))

    assert "sysctl.net.core.somaxconn" in found.pop(WORKER)
    assert found == {DATABASE: [], WEB: []}


def test_what_is_shown_is_grouped_by_host_and_names_all_that_are_too_low(hosts: Hosts) -> None:
    hosts.answer(STAGING[0], STAGING[1], time="zone\t/usr/share/zoneinfo/Europe/Berlin")
    job = hosts.job()

    with pytest.raises(StepFailed, match="staging") as raised:
        compare.show(job, compare.comparisons(job), html=True)

    assert raised.value.summary == (
        f"parity of staging:{STAGING[0]} with production:{WEB} is 89.9; also too low: {WORKER}; "
        "deploy.yml asks for 95"
    )
    shown = "\n".join(hosts.report.said)
    assert shown.startswith(f"{DATABASE}:\nparity of staging:{STAGING[2]}")
    assert f"\n{WEB}:\n" in shown
    [(event, fields)] = hosts.report.results
    assert event == "drift"
    assert [one["host"] for one in fields["comparisons"]] == [DATABASE, WEB, WORKER]
    page = (job.project.reports / "drift.html").read_text()
    assert page.count("too low") == 2


def test_addresses_of_the_other_hosts_are_no_difference(hosts: Hosts) -> None:
    """Which come in another order, too."""
    hosts.answer(DATABASE, firewall=lets_in("10.0.0.8", "10.0.0.7"))
    hosts.answer(STAGING[2], firewall=lets_in(STAGING[0], STAGING[1]))

    assert paths(compare.comparisons(hosts.job()))[DATABASE] == []


def test_an_address_that_is_no_host_of_either_is_a_difference(hosts: Hosts) -> None:
    hosts.answer(DATABASE, firewall=lets_in("10.0.0.8", "10.0.0.70"))
    hosts.answer(STAGING[2], firewall=lets_in(STAGING[1], STAGING[0]))

    found = paths(compare.comparisons(hosts.job()))[DATABASE]
    assert found == ["firewall.table inet understudy"]


def test_what_a_folded_machine_has_of_the_other_host_does_not_count(hosts: Hosts) -> None:
    server = SECTIONS["packages"] + "\npackage\tinstall\tinstalled\tpostgresql-15\t15.14-0"
    rules = lets_in("10.0.0.7", "10.0.0.8")
    hosts.answer(DATABASE, packages=server, firewall=rules)
    hosts.answer(STAGING[1], packages=server, firewall=lets_in(STAGING[0]))

    found = compare.comparisons(hosts.job(fold=("worker", "database")))

    assert paths(found) == {DATABASE: [], WEB: [], WORKER: []}
    shown = {one.path: one.intended for one in found[2].intended}
    assert shown["packages.postgresql-15"] == f"of production:{DATABASE}, which it plays as well"
    assert "packages.postgresql-15" not in [one.path for one in found[0].intended]


def test_what_a_folded_machine_lacks_counts(hosts: Hosts) -> None:
    hosts.answer(
        WORKER, packages=SECTIONS["packages"] + "\npackage\tinstall\tinstalled\tcowsay\t3.03"
    )

    found = paths(compare.comparisons(hosts.job(fold=("worker", "database"))))

    assert found == {DATABASE: [], WEB: [], WORKER: ["packages.cowsay"]}


def test_a_server_that_no_one_uses_does_not_count(hosts: Hosts) -> None:
    """The box of the VM has PostgreSQL; production's web host has its client alone."""
    without = {"postgresql": "", "packages": SECTIONS["packages"]}
    server = SECTIONS["packages"] + "\npackage\tinstall\tinstalled\tpostgresql-15\t15.14-0"
    hosts.answer(WEB, **without)
    hosts.answer(STAGING[0], packages=server)

    job = hosts.job()
    found = next(one for one in compare.comparisons(job) if one.host == WEB)

    assert [one.path for one in found.differences] == []
    assert {"packages.postgresql-15", "postgresql.version"} <= {one.path for one in found.intended}
    assert "no one uses" in found.intended[0].intended

    hosts.answer(DATABASE, **without)
    lacking = next(one for one in compare.comparisons(job) if one.host == DATABASE)
    assert "postgresql.version" in [one.path for one in lacking.differences]


def test_another_version_of_the_client_counts(hosts: Hosts) -> None:
    client = "\npackage\tinstall\tinstalled\tpostgresql-client-15\t"
    hosts.answer(WEB, postgresql="", packages=f"{SECTIONS['packages']}{client}15.13-0")
    hosts.answer(STAGING[0], packages=f"{SECTIONS['packages']}{client}15.14-0")

    assert paths(compare.comparisons(hosts.job()))[WEB] == ["packages.postgresql-client-15"]


def test_targets_whose_hosts_have_other_roles_can_only_be_compared_by_name(hosts: Hosts) -> None:
    job = hosts.job(fold=("worker", "database"))
    whole = {**job.config.targets, "other": hosts.job().config.targets["staging"]}
    other = Job(
        job.project, job.config.model_copy(update={"targets": whole}), "staging", job.report
    )

    with pytest.raises(ConfigError, match="do not have the roles of those of staging") as raised:
        compare.comparisons(other, None, ("staging", "other"))

    assert raised.value.hint.endswith(f"--between staging:{STAGING[0]} other:{STAGING[0]}")
    one = compare.comparisons(other, None, (f"other:{STAGING[0]}", f"staging:{STAGING[1]}"))
    assert names(one) == [("", f"other:{STAGING[0]}", f"staging:{STAGING[1]}")]


def test_capture_is_of_all_hosts_and_shapes_what_is_compared(hosts: Hosts) -> None:
    job = hosts.job()
    capture_host.capture_all(Job(job.project, job.config, "production", job.report))
    made = sorted(path.name for path in (hosts.directory / "provision").iterdir())
    assert made == [f"production-{one}.lock.yml" for one in sorted(ADDRESSES)]

    (hosts.directory / "provision" / f"production-{WEB}.lock.yml").unlink()
    found = compare.comparisons(job, None, ("capture", "staging"))

    assert [(one.host, one.model) for one in found] == [(DATABASE, "capture"), (WORKER, "capture")]
    [warning] = hosts.report.warnings
    assert warning.startswith(f"production:{WEB} is not compared: it has no capture")
    assert warning.endswith(
        f"`python deploy.py capture --target production --host {WEB}` makes one"
    )


def test_without_any_capture_the_command_for_the_first_is_shown(hosts: Hosts) -> None:
    with pytest.raises(ConfigError, match="there is no capture of production:203"):
        compare.comparisons(hosts.job(), None, ("capture", "staging"))

    assert hosts.report.steps == [], "no host was read in vain"


def test_each_host_is_compared_with_its_capture_and_with_the_code_of_its_role(hosts: Hosts) -> None:
    job = hosts.job()
    capture_host.capture_all(Job(job.project, job.config, "production", job.report))

    found = compare.comparisons(job, "production")

    assert [(one.host, one.model) for one in found] == [
        (host, model) for host in ADDRESSES for model in ("capture", "code")
    ]
    by_code = paths([one for one in found if one.model == "code"])
    unit = "unit_files./etc/systemd/system/shop@.service"
    assert {host for host, its in by_code.items() if unit in its} == {WEB, WORKER}
    assert {host for host, its in by_code.items() if "environment.LANG" in its} == {WEB, WORKER}


def test_an_intended_difference_of_one_host_is_not_unused_on_the_others(hosts: Hosts) -> None:
    hosts.answer(STAGING[1], cron="/etc/cron.d/more\t* * * * * root true")
    patterns = ("cron./etc/cron.d/more", "cron./etc/cron.d/never")
    job = hosts.job(intended=[{"path": one, "reason": "known"} for one in patterns])

    compare.show(job, compare.comparisons(job), html=False)

    [warning] = hosts.report.warnings
    assert "cron./etc/cron.d/never matches nothing" in warning


def test_code_of_a_host_of_workers_alone_has_no_certificate(hosts: Hosts) -> None:
    """A deploy writes its nginx file as for plain HTTP: no visitor reaches it."""
    job = hosts.job()
    target = job.config.targets["production"]
    with_https = target.model_copy(update={"https": "auto"})
    config = job.config.model_copy(
        update={"targets": {**job.config.targets, "production": with_https}}
    )
    made = replace(job, config=config)

    files = {
        address: str(Sides(made).get("code", f"production:{address}").capture.sections["nginx"])
        for address in (WEB, WORKER)
    }

    assert "ssl_certificate " in files[WEB]
    assert "ssl_certificate" not in files[WORKER]
    assert "server_name" in files[WORKER]
