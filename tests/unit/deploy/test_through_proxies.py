"""Requests go through the proxies while a release goes live behind them; what they lose fails the deploy."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tests.unit.deploy.test_proxies import with_proxy
from tests.unit.deploy.test_under_load import LOST, OK, FakeProber
from tests.unit.fakes import FakeConnection, manifest, printed
from tests.unit.plans import NEW, OLD, live_host
from tests.unit.staging import Staging
from understudy.deploy import load, through_proxies, under_load
from understudy.errors import StepFailed
from understudy.host import all_hosts, session
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.traffic.client import Answer
from understudy.traffic.samples import Kind, Outcome, ProbePaths, Sample

PROXY, WEB = "10.0.0.5", "10.0.0.1"


@dataclass
class Site:
    """live: what the web host is like. status: of the proxy's answer before the deploy."""

    prober: FakeProber
    live: ObservedState
    status: int = 200

    def request(self, kind: Kind, path: str) -> Answer:
        return Answer(self.status, "")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site(FakeProber(), live_host(manifest(OLD)))

    @contextmanager
    def connected(job: Job) -> Iterator[tuple[FakeConnection, ObservedState]]:
        yield FakeConnection({"head -n": printed("a.css\n")}), made.live

    @contextmanager
    def site_and_prober(
        job: Job, connection: object, static: Sequence[str]
    ) -> Iterator[tuple[object, FakeProber]]:
        made.prober.given = (job.target.address, ProbePaths("/", tuple(static)))
        yield object(), made.prober

    monkeypatch.setattr(session, "connected", connected)
    monkeypatch.setattr(under_load, "site_and_prober", site_and_prober)
    monkeypatch.setattr(through_proxies, "Client", lambda *_, **__: made)
    monkeypatch.setattr(through_proxies, "SshConnection", lambda *_: FakeConnection({}))
    return made


def go_live(job: Job, **given: Any) -> None:
    hosts = all_hosts.with_site(job)
    switched: dict[str, datetime] = {}
    with load.visitors(job, hosts, lambda: NEW, switched, **{"probe": True, **given}):
        switched[WEB] = datetime.now(UTC)


def test_requests_go_through_the_proxy_and_have_its_table(staging: Staging, site: Site) -> None:
    go_live(with_proxy(staging))

    assert site.prober.given == (PROXY, ProbePaths("/", ("/static/a.css",)))
    [said] = staging.report.said_of[PROXY]
    assert said.startswith("requests of visitors, through this proxy:\n")
    assert said.endswith("1 request, 0 lost")
    [probe] = cast("list[dict[str, Any]]", staging.report.attached["probes"])
    assert (probe["host"], probe["proxy"], probe["release"]) == (PROXY, True, NEW)
    assert not site.prober.running


def test_a_request_that_is_lost_fails_the_deploy(staging: Staging, site: Site) -> None:
    site.prober.samples = [OK, LOST]

    with pytest.raises(StepFailed) as raised:
        go_live(with_proxy(staging))

    assert raised.value.summary == (
        f"1 of 2 requests through {PROXY} (proxy) were lost while {NEW} went live on staging"
    )
    assert "status 502" in raised.value.details


@pytest.mark.parametrize(
    ("live", "status", "why"),
    [
        (replace(live_host(manifest(OLD)), running=frozenset()), 200, "no release is live yet"),
        (live_host(manifest(OLD)), 503, "it does not answer yet"),
        (live_host(manifest(OLD)), 404, "it does not answer yet"),
    ],
)
def test_no_traffic_is_sent_where_visitors_get_no_page(
    live: ObservedState, status: int, why: str, staging: Staging, site: Site
) -> None:
    site.live, site.status, site.prober.samples = live, status, [LOST]

    go_live(with_proxy(staging))

    assert staging.report.said_of[PROXY] == [f"{why}: no traffic is sent through this proxy"]


def test_without_probe_or_proxy_nothing_is_sent(staging: Staging, site: Site) -> None:
    go_live(with_proxy(staging), probe=False)
    go_live(staging.job(addresses=("10.0.0.1", "10.0.0.2")))

    assert site.prober.given == ()


def test_a_deploy_that_fails_says_that_and_not_what_was_lost(staging: Staging, site: Site) -> None:
    site.prober.samples = [LOST]
    job = with_proxy(staging)

    with (
        pytest.raises(StepFailed, match=r"^migrate"),
        load.visitors(job, all_hosts.with_site(job), lambda: NEW, {}, probe=True),
    ):
        raise StepFailed("migrate")

    assert not site.prober.running


def test_an_answer_of_the_old_release_after_the_last_switch_is_lost() -> None:
    def page(at: float, release: str, kind: Kind = Kind.PAGE) -> Sample:
        return Sample(at, kind, Outcome.OK, 0.01, release)

    samples = [page(1, OLD), page(3, OLD), page(3, NEW), page(3, ""), page(3, OLD, Kind.STATIC)]

    found = [one.outcome for one in through_proxies.judged(samples, NEW, 2)]

    assert found == [Outcome.OK, Outcome.STALE, *[Outcome.OK] * 3]
    assert through_proxies.judged(samples, NEW, None) == samples
