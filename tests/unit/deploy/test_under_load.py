"""What the prober gets to know while a release goes live, and how its losses are reported."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, cast

import pytest

from tests.unit.fakes import FakeConnection, manifest, printed
from tests.unit.plans import NEW, NGINX, OLD, desired_state, live_host
from tests.unit.staging import SITE, Staging
from understudy.deploy import under_load
from understudy.deploy.desired import DesiredState
from understudy.deploy.going_live import GoingLive
from understudy.deploy.load import without_load
from understudy.deploy.went_live import Deployed
from understudy.errors import StepFailed
from understudy.host.actions import Run, Switch
from understudy.host.facts import ObservedState
from understudy.ssh.connection import SshConnection
from understudy.traffic.client import Endpoint
from understudy.traffic.samples import AfterSwitch, Kind, Outcome, ProbePaths, Sample, Summary

CERTIFICATE = {"chain": "/etc/ssl/a", "key": "/etc/ssl/b"}
SWITCH = Switch("switch", ("mv",), NEW)
FILES = "head -n"  # part of the command that lists static files
QUIET = (FILES, f"{SITE} stop")
OK = Sample(0.1, Kind.PAGE, Outcome.OK, 0.01)
LOST = Sample(0.2, Kind.POST, Outcome.SERVER_ERROR, 0.01, status=502)


@dataclass
class FakeProber:
    """A prober that records its calls and has these samples in the end."""

    samples: list[Sample] = field(default_factory=lambda: [OK])
    given: tuple[Any, ...] = ()
    switches: list[AfterSwitch] = field(default_factory=list)
    running: bool = False
    switched_at: float | None = None
    unsent: int = 0

    def __call__(self, *given: Any) -> Self:
        self.given = given
        return self

    def __enter__(self) -> Self:
        self.running = True
        return self

    def __exit__(self, *error: object) -> None:
        self.running = False

    def switched(self, switch: AfterSwitch) -> None:
        assert self.running
        self.switches.append(switch)
        self.switched_at = 0.15

    def stop(self) -> Summary:
        return Summary.of(self.samples)


@pytest.fixture
def prober(monkeypatch: pytest.MonkeyPatch) -> FakeProber:
    made = FakeProber()
    monkeypatch.setattr(under_load, "Prober", made)
    monkeypatch.setattr(under_load, "seconds_for_a_page", lambda endpoint, host, path: 0.5)
    monkeypatch.setattr(under_load, "forward", forward)
    return made


@contextmanager
def forward(transport: object, port: int) -> Iterator[int]:
    """Leads to a local port whose number shows the remote one."""
    assert transport == "transport"
    yield 40000 + port


HTTPS = "ssl_certificate /etc/ssl/shop.pem;\n"


def with_nginx(text: str) -> ObservedState:
    """A host with a live release and that nginx file."""
    live = live_host(manifest(OLD))
    return replace(live, files={**live.files, NGINX: text})


def go_live(
    staging: Staging, desired: DesiredState, observed: ObservedState | None = None, **target: Any
) -> FakeConnection:
    """A release goes live under load."""
    host = FakeConnection(
        {FILES: [printed("a.css\nb/c.js\n"), printed("new.css\n")]},
        transport="transport",
        quiet=QUIET,
    )
    job = staging.job(**target)
    observed = observed or live_host(manifest(OLD))
    going = GoingLive(OLD)
    connection = cast(SshConnection, host)
    with under_load.under_load(job, connection, desired, observed, going) as on_applied:
        on_applied(Run("migrate", ("true",)), "")
        on_applied(SWITCH, "")
    if going.failure:
        going.report(job, Deployed, desired)
    return host


def test_prober_requests_the_page_and_the_files_of_both_releases(
    staging: Staging, prober: FakeProber
) -> None:
    app = {"static_url": "/static/", "health_path": "/health"}

    host = go_live(staging, desired_state(app=app))

    _, domain, paths, _ = prober.given
    assert domain == "shop.test"
    assert paths == ProbePaths("/health", ("/static/a.css", "/static/b/c.js"))
    assert prober.switches == [AfterSwitch(NEW, ("/static/new.css",))]
    *listed, ended = host.notes
    assert all(note.startswith("shop: ") for note in listed)
    assert ended.endswith(f"understudy-site shop stop {OLD}"), "its last requests count as well"
    assert not prober.running
    assert "1 request, 0 lost" in staging.report.said[-1]


def test_traffic_that_was_too_much_for_the_site_is_said(
    staging: Staging, prober: FakeProber
) -> None:
    prober.unsent = 7
    go_live(staging, desired_state())
    assert "7 more were due and not sent: 64 others had no answer yet" in staging.report.said


def test_no_static_file_is_requested_of_an_app_without_any(
    staging: Staging, prober: FakeProber
) -> None:
    host = go_live(staging, desired_state(app={"preset": "plain"}))

    assert prober.given[2].static == ()
    assert prober.switches == [AfterSwitch(NEW)]
    assert not [note for note in host.notes if "head" in note]


@pytest.mark.parametrize(
    ("worker", "release"),
    [("sync", NEW), ("asgi", NEW), ("uvicorn_worker.UvicornWorker", NEW), ("tornado", None)],
)
def test_only_workers_that_name_their_release_must_name_the_new_one(
    worker: str, release: str | None, staging: Staging, prober: FakeProber
) -> None:
    go_live(staging, desired_state(app={"worker_class": worker}))

    assert [switch.release_id for switch in prober.switches] == [release]


@pytest.mark.parametrize(
    ("target", "endpoint"),
    [
        ({}, Endpoint("127.0.0.1", 40080, False, "shop.test")),
        ({"certificate": CERTIFICATE}, Endpoint("127.0.0.1", 40443, True, "shop.test")),
        ({"probe": "public"}, Endpoint("192.0.2.7", 80, False, "shop.test")),
        (
            {"probe": "public", "web_ports": {"http": 20080}},
            Endpoint("192.0.2.7", 20080, False, "shop.test"),
        ),
        (
            {"probe": "public", "certificate": CERTIFICATE},
            Endpoint("192.0.2.7", 443, True, "shop.test"),
        ),
    ],
)
def test_requests_go_to_the_endpoint_that_deploy_yml_names(
    target: dict[str, Any], endpoint: Endpoint, staging: Staging, prober: FakeProber
) -> None:
    go_live(staging, desired_state(), with_nginx(HTTPS) if endpoint.tls else None, **target)

    assert prober.given[0] == endpoint
    assert staging.report.warnings == []


def test_site_that_gets_its_first_https_has_no_traffic(
    staging: Staging, prober: FakeProber
) -> None:
    go_live(staging, desired_state(), with_nginx("listen 80;\n"), certificate=CERTIFICATE)
    assert staging.report.said == ["the site has no HTTPS yet: no traffic is sent"]


@pytest.mark.parametrize(("probe", "sent"), [("ssh", True), ("public", False)])
def test_maintenance_keeps_the_traffic_of_the_public_address_out(
    probe: str, sent: bool, staging: Staging, prober: FakeProber
) -> None:
    on = "    # maintenance: {}\n    deny all;\n    # end of maintenance\n"
    go_live(staging, desired_state(), with_nginx(on), probe=probe)
    assert (staging.report.said == ["maintenance is on: no traffic is sent"]) != sent


def test_without_its_file_of_cas_any_certificate_is_accepted(
    staging: Staging, prober: FakeProber
) -> None:
    """Else each request would be lost."""
    roots = Path("/nowhere/roots.pem")
    target = {"certificate": CERTIFICATE, "acme": {"roots": roots}}
    go_live(staging, desired_state(), with_nginx(HTTPS), **target)

    assert not prober.given[0].verified
    assert f"acme.roots: there is no file {roots}" in staging.report.warnings[0]


@pytest.mark.parametrize("https", [{"https": "auto"}, {"certificate": CERTIFICATE}])
@pytest.mark.parametrize("reason", ["", "self-signed certificate"])
def test_certificate_of_a_known_issuer_is_verified_unless_browsers_refuse_it_already(
    https: dict[str, Any],
    reason: str,
    staging: Staging,
    prober: FakeProber,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    roots = tmp_path / "roots.pem"
    roots.touch()
    monkeypatch.setattr(under_load, "refusal", lambda _: reason)
    go_live(staging, desired_state(), with_nginx(HTTPS), **https, acme={"roots": roots})

    checked = Endpoint("127.0.0.1", 40443, True, "shop.test", True, roots)
    accepting = replace(checked, verified=False, roots=None)
    assert prober.given[0] == (accepting if reason else checked)
    assert bool(reason) == any(reason in warning for warning in staging.report.warnings)


@pytest.mark.parametrize(
    "observed", [live_host(current=None, running=frozenset()), live_host(running=frozenset())]
)
def test_without_a_live_release_no_traffic_is_sent(
    observed: ObservedState, staging: Staging, prober: FakeProber
) -> None:
    host = go_live(staging, desired_state(), observed)

    assert staging.report.said == ["no release is live yet: no traffic is sent"]
    assert prober.given == ()
    assert host.notes == []


def test_lost_request_fails_and_is_shown_in_the_table(staging: Staging, prober: FakeProber) -> None:
    prober.samples = [OK, LOST]

    with pytest.raises(
        StepFailed, match=f"1 of 2 requests were lost while {NEW} went live on staging"
    ) as raised:
        go_live(staging, desired_state())

    assert "status 502" in raised.value.details
    *said, live = staging.report.said
    assert "\n".join(said) == raised.value.details
    assert live == f"{NEW} is live on staging at http://shop.test", "it is, all the same"
    [(_, fields)] = staging.report.results
    assert fields["requests"] == {"sent": 2, "lost": 1}


def test_failed_step_is_raised_and_stops_the_prober(staging: Staging, prober: FakeProber) -> None:
    prober.samples = [LOST]
    host = cast(SshConnection, FakeConnection(transport="transport", quiet=QUIET))

    with (
        pytest.raises(StepFailed, match="migrate"),
        under_load.under_load(
            staging.job(), host, desired_state(), live_host(manifest(OLD)), GoingLive(OLD)
        ),
    ):
        raise StepFailed("migrate: failed")

    assert not prober.running


def test_without_load_no_request_is_sent(staging: Staging, prober: FakeProber) -> None:
    host = FakeConnection()
    connection = cast(SshConnection, host)

    with without_load(
        staging.job(), connection, desired_state(), live_host(manifest(OLD)), GoingLive(OLD)
    ) as on_applied:
        on_applied(SWITCH, "")

    assert (host.notes, prober.given, staging.report.said) == ([], (), [])


def test_all_samples_are_attached_for_the_graph(staging: Staging, prober: FakeProber) -> None:
    prober.samples = [LOST, OK]

    with pytest.raises(StepFailed):
        go_live(staging, desired_state())

    [attached] = staging.report.attached["probes"]
    assert attached == {
        "release": desired_state().release.id,
        "switched_at": 0.15,
        "samples": [[0.1, 0.01, "page", "ok"], [0.2, 0.01, "post", "5xx"]],
        "sent": 2,
        "lost": 1,
        "lost_by": {"5xx": 1},
        "p99": 0.01,
    }


def test_slow_host_gets_fewer_requests(prober: FakeProber, staging: Staging) -> None:
    go_live(staging, desired_state())

    assert prober.given[-1] == 1, "a page takes half a second"


@pytest.mark.parametrize(("deployed", "required"), [("2024-01-03", True), ("2024-01-01", False)])
def test_websocket_is_kept_open_and_required_of_no_release_from_before_the_live_one(
    deployed: str, required: bool, staging: Staging, prober: FakeProber
) -> None:
    app = {"worker_class": "asgi", "websocket_path": "/ws/"}
    desired = desired_state(app=app)
    desired = replace(desired, release=replace(desired.release, deployed_at=deployed))

    go_live(staging, desired, live_host(manifest(OLD, "2024-01-02")))

    assert prober.given[2].websocket == "/ws/"
    assert [switch.has_websocket for switch in prober.switches] == [required]
