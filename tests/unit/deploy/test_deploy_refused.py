"""What a deploy needs before it changes a host: a login, provisioning, a free domain, a receipt."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.deploy.test_deploy_host import deployed
from tests.unit.fakes import FakeConnection, failed
from tests.unit.staging import DEPLOY, QUERY, Staging, changes
from understudy.config.services import Services, Store
from understudy.deploy import deploy_host, rollout
from understudy.errors import LoginRefused, Refused, StepFailed
from understudy.job import Job
from understudy.receipts import gate
from understudy.release.source import Source

QUIET = DEPLOY


@pytest.fixture
def staging(deployable: Staging) -> Staging:
    return deployable


@pytest.mark.parametrize(
    ("stamp", "message"), [("", "is not provisioned"), ("0ld", "is out of date")]
)
@pytest.mark.parametrize("verb", [deploy_host.deploy, rollout.plan])
def test_host_with_no_or_outdated_provisioning_is_refused_and_not_touched(
    verb: Callable[[Job], None], stamp: str, message: str, staging: Staging
) -> None:
    host = staging.host(staging.facts(stamp=stamp))

    with pytest.raises(Refused, match=message) as raised:
        verb(staging.job())

    assert raised.value.exit_code == 3
    assert "provision --target staging" in raised.value.hint
    assert changes(host) == []


def test_host_without_a_deployer_is_not_provisioned(staging: Staging) -> None:
    staging.hosts["deploy"] = LoginRefused("no such user")
    staging.hosts["debian"] = FakeConnection({QUERY: staging.facts(stamp="")})

    with pytest.raises(Refused, match="is not provisioned"):
        deploy_host.deploy(staging.job())


def test_login_that_a_provisioned_host_refuses_is_reported_as_such(staging: Staging) -> None:
    staging.hosts["deploy"] = LoginRefused("this user's key is not accepted")
    staging.hosts["debian"] = FakeConnection({QUERY: staging.facts()})

    with pytest.raises(LoginRefused, match="not accepted"):
        deploy_host.deploy(staging.job())


def test_query_that_fails_is_reported(staging: Staging) -> None:
    staging.host(failed(errors="sh: disk error"))

    with pytest.raises(StepFailed, match="disk error"):
        deploy_host.deploy(staging.job())


def test_service_elsewhere_that_the_host_can_not_use_is_refused_before_anything(
    staging: Staging,
) -> None:
    host, services = staging.host(), Services(redis=Store(url_from="BROKER"))
    job = staging.job()
    config = job.config.model_copy(update={"services": services})

    with pytest.raises(Refused, match="staging has no secret BROKER, the URL of redis"):
        deploy_host.deploy(replace(job, config=config))

    assert changes(host) == []


def test_deploy_without_a_receipt_is_refused_and_the_host_not_touched(staging: Staging) -> None:
    host = staging.host()

    with pytest.raises(Refused, match="was not rehearsed"):
        deploy_host.deploy(staging.job(require_receipt=True))

    assert changes(host) == []


def test_deploy_with_a_receipt_goes_ahead(
    staging: Staging, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, asked = staging.host(), []
    monkeypatch.setattr(gate, "require", lambda *given: asked.append(given[1:]))

    deploy_host.deploy(staging.job(require_receipt=True))

    assert asked == [(source, host)]
    assert "without_rehearsal" not in host.sent[0]
    assert "is live on staging" in staging.report.said[-1]


def test_deploy_without_rehearsal_is_warned_of_and_in_the_audit_log(staging: Staging) -> None:
    host = staging.host()

    deploy_host.deploy(staging.job(require_receipt=True), without_rehearsal="the shop is down")

    before, after = staging.report.warnings
    assert "WITHOUT A REHEARSAL" in before
    assert "WAS NOT REHEARSED" in after
    assert json.loads(host.sent[0])["without_rehearsal"] == "the shop is down"


def test_nothing_to_do_needs_no_receipt(staging: Staging) -> None:
    staging.host(deployed(staging))

    deploy_host.deploy(staging.job(require_receipt=True))

    assert "nothing to do" in staging.report.said[0]


@pytest.mark.parametrize("verb", [deploy_host.deploy, rollout.plan])
def test_domain_of_another_site_is_refused(verb: Callable[[Job], object], staging: Staging) -> None:
    wiki = "line\t/etc/nginx/sites-enabled/wiki\tserver { server_name shop.test; }"
    host = staging.host(staging.facts(wiki))

    with pytest.raises(Refused, match="another site on this host has the name"):
        verb(staging.job())

    assert changes(host) == []


def test_unknown_host_name_that_delays_each_sudo_is_a_warning(staging: Staging) -> None:
    staging.host(staging.facts("lost_name\tweb1"))

    deploy_host.deploy(staging.job())

    [warning] = [text for text in staging.report.warnings if "web1" in text]
    assert "each sudo there waits" in warning
    assert "provision --target staging" in warning
