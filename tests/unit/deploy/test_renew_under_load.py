"""A renewal is asked for while requests are sent, and fails for whatever was wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import pytest

from tests.unit.deploy.test_renewal import LOST, NEW, OK, OLD
from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import SITE, Staging
from understudy.deploy import renew_under_load, under_load
from understudy.errors import StepFailed
from understudy.traffic.certificate import Handshake
from understudy.traffic.samples import Sample, Summary

MAIN_PROCESS = "systemctl show -p MainPID"


@dataclass
class FakeProber:
    samples: tuple[Sample, ...] = (OK,)
    running: bool = False

    def __enter__(self) -> None:
        self.running = True

    def __exit__(self, *_: object) -> None:
        self.running = False

    def stop(self) -> Summary:
        return Summary.of(self.samples)


@pytest.fixture
def prober(monkeypatch: pytest.MonkeyPatch) -> FakeProber:
    made = FakeProber()

    @contextmanager
    def site_and_prober(*_: object) -> Iterator[tuple[str, FakeProber]]:
        yield "endpoint", made

    monkeypatch.setattr(under_load, "site_and_prober", site_and_prober)
    monkeypatch.setattr(renew_under_load, "shake", lambda _: Handshake(OLD))
    monkeypatch.setattr(renew_under_load, "wait_for_other", lambda _, before: NEW)
    return made


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeConnection:
    made = FakeConnection({MAIN_PROCESS: [printed("17\n")] * 2, f"{SITE} renew": printed("")})
    monkeypatch.setattr(renew_under_load, "SshConnection", lambda *_: nullcontext(made))
    return made


def test_renewal_is_asked_for_and_reported(
    staging: Staging, prober: FakeProber, host: FakeConnection
) -> None:
    renew_under_load.renew(staging.job(https="auto"))

    assert [note for note in host.notes if "renew" in note] == [f"{SITE} renew"]
    assert staging.report.said[-1] == "certificate A1 -> B2, 1 request, 0 lost"
    assert not prober.running


def test_lost_request_fails(staging: Staging, prober: FakeProber, host: FakeConnection) -> None:
    prober.samples = (OK, LOST)

    with pytest.raises(StepFailed, match="1 of 2 requests were lost"):
        renew_under_load.renew(staging.job(https="auto"))


def test_issuers_refusal_is_shown(
    staging: Staging, prober: FakeProber, host: FakeConnection
) -> None:
    refusal = "urn:ietf:params:acme:error:rateLimited"
    host.answers = {**host.answers, f"{SITE} renew": failed(refusal)}

    with pytest.raises(StepFailed, match="staging could not renew its certificate") as raised:
        renew_under_load.renew(staging.job(https="auto"))

    assert raised.value.details == refusal
    assert not prober.running
