"""On which hosts with roles a process, a timer or a log is looked for, and what is said of the others."""

from dataclasses import replace

import pytest

from tests.unit.config.test_topology import BALANCED, TEXT, config
from tests.unit.staging import Staging
from understudy.errors import ConfigError
from understudy.host import runs_on
from understudy.job import Job


def job(staging: Staging, chosen: str | None = None, text: str = TEXT) -> Job:
    made = staging.job()
    return replace(made, config=config(text), target_name="production", address=chosen)


def addresses(jobs: tuple[Job, ...]) -> list[str]:
    return [one.target.address for one in jobs]


@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("web", ["b.example", "a.example"]),
        ("mail", ["b.example", "c.example"]),
        ("beat", ["b.example"]),
        ("clean", ["b.example"]),
        # Of the live release only.
        ("old", ["b.example", "c.example", "a.example"]),
    ],
)
def test_process_and_timer_are_looked_for_where_they_run(
    name: str, hosts: list[str], staging: Staging
) -> None:
    assert addresses(runs_on.running(job(staging), [name])) == hosts


@pytest.mark.parametrize("chosen", ["a.example", "d.example"])
def test_chosen_host_without_the_process_names_those_with_it(chosen: str, staging: Staging) -> None:
    with pytest.raises(ConfigError, match=rf"production: {chosen} \((web|database)\)") as raised:
        runs_on.running(job(staging, chosen), ["mail"])

    assert raised.value.summary.endswith("does not run mail")
    assert "b.example (web, worker), c.example (worker)" in raised.value.hint


def test_timers_are_listed_where_they_run(staging: Staging) -> None:
    assert addresses(runs_on.with_timers(job(staging))) == ["b.example"]
    with pytest.raises(ConfigError, match=r"a\.example \(web\) has no timers"):
        runs_on.with_timers(job(staging, "a.example"))


@pytest.mark.parametrize(
    ("name", "text", "hosts"),
    [
        (None, TEXT, ["b.example", "c.example", "a.example"]),
        ("postgresql", TEXT, ["d.example"]),
        ("nginx", TEXT, ["b.example", "a.example"]),
        ("beat", TEXT, ["b.example"]),
        ("haproxy", BALANCED, ["p.example"]),
    ],
)
def test_logs_are_read_where_they_are(
    name: str | None, text: str, hosts: list[str], staging: Staging
) -> None:
    assert addresses(runs_on.logs(job(staging, text=text), name)) == hosts


@pytest.mark.parametrize("name", ["web", "nginx", "mail"])
def test_database_host_has_no_logs_of_the_app(name: str, staging: Staging) -> None:
    with pytest.raises(ConfigError, match=rf"d\.example \(database\) has no logs of {name}"):
        runs_on.logs(job(staging, "d.example"), name)


def test_logs_of_a_database_host_are_those_of_its_server(staging: Staging) -> None:
    assert runs_on.default_log(job(staging, "d.example")) == "postgresql"
    assert runs_on.default_log(job(staging, "a.example")) is None
    assert runs_on.default_log(job(staging)) is None
    assert addresses(runs_on.logs(job(staging, "d.example"), "postgresql")) == ["d.example"]


def test_target_without_roles_has_all_on_each_host(staging: Staging) -> None:
    several = staging.job(addresses=["192.0.2.1", "192.0.2.2"])
    for found in (
        runs_on.running(several, ["web"]),
        runs_on.with_timers(several),
        runs_on.logs(several, "nginx"),
    ):
        assert addresses(found) == ["192.0.2.1", "192.0.2.2"]
    assert runs_on.default_log(several) is None
