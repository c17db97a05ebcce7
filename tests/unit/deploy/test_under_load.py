"""What the prober is told while a release takes over, and what is told of its losses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, cast

import pytest

from tests.unit.fakes import FakeConnection, manifest, printed
from tests.unit.plans import NEW, OLD, serving, wanted
from tests.unit.staging import SITE, Staging
from understudy.deploy import under_load
from understudy.deploy.desired import DesiredState
from understudy.errors import StepFailed
from understudy.host.actions import Run, Switch
from understudy.host.facts import ObservedState
from understudy.ssh.connection import SshConnection
from understudy.traffic.client import PublicDoor
from understudy.traffic.samples import Kind, Outcome, ProbePaths, Sample, Summary

CERTIFICATE = {"chain": "/etc/ssl/a", "key": "/etc/ssl/b"}
SWITCH = Switch("switch", ("mv",), NEW)
FILES = "head -n"  # part of the command that lists static files
QUIET = (FILES, f"{SITE} stop")
OK = Sample(0.1, Kind.PAGE, Outcome.OK, 0.01)
LOST = Sample(0.2, Kind.POST, Outcome.SERVER_ERROR, 0.01, status=502)


@dataclass
class FakeProber:
    """A prober that notes what it is told and has these samples in the end."""

    samples: list[Sample] = field(default_factory=lambda: [OK])
    given: tuple[Any, ...] = ()
    told: list[tuple[str | None, tuple[str, ...]]] = field(default_factory=list)
    running: bool = False
    switched_at: float | None = None

    def __call__(self, *given: Any) -> Self:
        self.given = given
        return self

    def __enter__(self) -> Self:
        self.running = True
        return self

    def __exit__(self, *error: object) -> None:
        self.running = False

    def switched(self, release_id: str | None, static: tuple[str, ...]) -> None:
        assert self.running
        self.told.append((release_id, static))
        self.switched_at = 0.15

    def stop(self) -> Summary:
        return Summary.of(self.samples)


@pytest.fixture
def prober(monkeypatch: pytest.MonkeyPatch) -> FakeProber:
    made = FakeProber()
    monkeypatch.setattr(under_load, "Prober", made)
    monkeypatch.setattr(under_load, "seconds_for_a_page", lambda door, host, path: 0.5)
    monkeypatch.setattr(under_load, "forward", forward)
    return made


@contextmanager
def forward(transport: object, port: int) -> Iterator[int]:
    """Leads to a port that tells where it comes from."""
    assert transport == "transport"
    yield 40000 + port


def probed(
    staging: Staging, want: DesiredState, found: ObservedState | None = None, **target: Any
) -> FakeConnection:
    """A release takes over while it is under_load."""
    host = FakeConnection(
        {FILES: [printed("a.css\nb/c.js\n"), printed("new.css\n")]},
        transport="transport",
        quiet=QUIET,
    )
    job = staging.job(**target)
    found = found or serving(manifest(OLD))
    with under_load.under_load(job, cast(SshConnection, host), want, found) as tell:
        tell(Run("migrate", ("true",)), "")
        tell(SWITCH, "")
    return host


def test_prober_asks_for_the_page_and_the_files_of_both_releases(
    staging: Staging, prober: FakeProber
) -> None:
    app = {"static_url": "/static/", "health_path": "/health"}

    host = probed(staging, wanted(app=app))

    _, domain, paths, _ = prober.given
    assert domain == "shop.test"
    assert paths == ProbePaths("/health", ("/static/a.css", "/static/b/c.js"))
    assert prober.told == [(NEW, ("/static/new.css",))]
    *listed, ended = host.notes
    assert all(note.startswith("shop: ") for note in listed)
    assert ended.endswith(f"understudy-site shop stop {OLD}"), "its last requests count, too"
    assert not prober.running
    assert "1 requests, 0 lost" in staging.report.said[-1]


def test_app_without_static_files_is_asked_for_none(staging: Staging, prober: FakeProber) -> None:
    host = probed(staging, wanted(app={"preset": "plain"}))

    assert prober.given[2].static == ()
    assert prober.told == [(NEW, ())]
    assert not [note for note in host.notes if "head" in note]


@pytest.mark.parametrize(
    ("worker", "release"),
    [("sync", NEW), ("gthread", NEW), ("uvicorn.Worker", None), ("asgi", None)],
)
def test_release_is_expected_of_workers_only_that_can_tell_it(
    worker: str, release: str | None, staging: Staging, prober: FakeProber
) -> None:
    probed(staging, wanted(app={"worker_class": worker}))

    assert [told for told, _ in prober.told] == [release]


@pytest.mark.parametrize(
    ("target", "door"),
    [
        ({}, PublicDoor("127.0.0.1", 40080, False, "shop.test")),
        ({"certificate": CERTIFICATE}, PublicDoor("127.0.0.1", 40443, True, "shop.test")),
        ({"probe": "public"}, PublicDoor("192.0.2.7", 80, False, "shop.test")),
        (
            {"probe": "public", "certificate": CERTIFICATE},
            PublicDoor("192.0.2.7", 443, True, "shop.test"),
        ),
    ],
)
def test_requests_go_the_way_that_the_target_says(
    target: dict[str, Any], door: PublicDoor, staging: Staging, prober: FakeProber
) -> None:
    probed(staging, wanted(), **target)

    assert prober.given[0] == door


@pytest.mark.parametrize(
    "found", [serving(current=None, running=frozenset()), serving(running=frozenset())]
)
def test_where_nothing_serves_nothing_is_probed(
    found: ObservedState, staging: Staging, prober: FakeProber
) -> None:
    host = probed(staging, wanted(), found)

    assert staging.report.said == ["nothing serves yet, so there is nothing to probe"]
    assert prober.given == ()
    assert host.notes == []


def test_lost_request_fails_and_is_shown_in_the_table(staging: Staging, prober: FakeProber) -> None:
    prober.samples = [OK, LOST]

    with pytest.raises(StepFailed, match="1 of 2 requests were lost") as raised:
        probed(staging, wanted())

    assert "status 502" in raised.value.details
    assert staging.report.said == [raised.value.details]


def test_step_that_fails_is_told_and_ends_the_probe(staging: Staging, prober: FakeProber) -> None:
    prober.samples = [LOST]
    host = cast(SshConnection, FakeConnection(transport="transport", quiet=QUIET))

    with (
        pytest.raises(StepFailed, match="migrate"),
        under_load.under_load(staging.job(), host, wanted(), serving(manifest(OLD))),
    ):
        raise StepFailed("migrate: failed")

    assert not prober.running


def test_unwatched_run_asks_nothing(staging: Staging, prober: FakeProber) -> None:
    host = FakeConnection()
    connection = cast(SshConnection, host)

    with under_load.without_load(
        staging.job(), connection, wanted(), serving(manifest(OLD))
    ) as tell:
        tell(SWITCH, "")

    assert (host.notes, prober.given, staging.report.said) == ([], (), [])


def test_all_samples_are_attached_for_the_graph(staging: Staging, prober: FakeProber) -> None:
    prober.samples = [LOST, OK]

    with pytest.raises(StepFailed):
        probed(staging, wanted())

    [attached] = staging.report.attached["probes"]
    assert attached == {
        "release": wanted().release.id,
        "switched_at": 0.15,
        "samples": [[0.1, 0.01, "page", "ok"], [0.2, 0.01, "post", "5xx"]],
        "sent": 2,
        "lost": 1,
        "lost_by": {"5xx": 1},
        "p99": 0.01,
    }


def test_slow_host_is_asked_less_often(prober: FakeProber, staging: Staging) -> None:
    probed(staging, wanted())

    assert prober.given[-1] == 1, "a page takes half a second"
