"""What a deploy would do on the host of a proxy."""

from typing import Any

import pytest

from tests.unit.fakes import failed
from tests.unit.staging import DEPLOY, Staging
from understudy.deploy import proxies
from understudy.errors import StepFailed
from understudy.host import all_hosts
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.release.source import Source

HOSTS = [
    {"address": "10.0.0.1", "roles": ["web", "worker", "database"]},
    {"address": "10.0.0.2", "roles": ["web"]},
    {"address": "10.0.0.5", "roles": ["proxy"]},
]


def with_proxy(staging: Staging, **target: Any) -> Job:
    app = {"database": "postgresql", "media_url": None}
    made = staging.job(app=app, hosts=HOSTS, **target)
    [proxy] = all_hosts.proxies(made)
    stamp = of_project(made.project, proxy.config, proxy.target).stamp
    staging.host(staging.facts(stamp=stamp))
    return made


@pytest.mark.parametrize(
    ("target", "certificates"),
    [({}, 0), ({"https": "auto", "acme": {"terms": True, "email": "ann@shop.test"}}, 1)],
)
def test_proxy_of_https_auto_gets_the_certificate(
    target: dict[str, Any], certificates: int, staging: Staging, source: Source
) -> None:
    proxies.preview_plan(with_proxy(staging, **target), source)

    [plan] = [fields for event, fields in staging.report.results if event == "plan"]
    titles = [step["title"] for step in plan["steps"]]
    wanted = "get a certificate for shop.test"
    assert (plan["host"], titles.count(wanted)) == ("10.0.0.5", certificates)
    assert {one["path"] for one in plan["files"]} == {
        "/etc/nginx/sites-available/shop",
        "/etc/haproxy/shop.cfg",
    }


def test_proxy_that_gets_no_certificate_is_a_warning_with_the_cause(
    staging: Staging, source: Source
) -> None:
    job = with_proxy(staging, https="auto", acme={"terms": True, "email": "ann@shop.test"})
    [proxy] = all_hosts.proxies(job)
    facts = staging.facts(stamp=of_project(job.project, proxy.config, proxy.target).stamp)
    words = (
        "ValueError: Requesting acme.test/dir: Connection refused\n"
        "understudy-site: https://acme.test/dir has issued no certificate for shop.test"
    )
    certificate = {"understudy-site shop certificate": failed(words)}
    staging.quiet = ("mkdir -p /srv/shop/error-pages", "--resolve shop.test:443", *DEPLOY)
    staging.host(facts, facts, **certificate)

    [done] = proxies.deploy(job, source, wait=0, without_rehearsal=None)

    assert done.changed
    [warning] = done.warnings
    assert warning.startswith("no certificate was issued")
    assert "cause: the host cannot reach the issuer at acme.test: Connection refused" in warning


def test_proxy_that_a_second_deploy_would_change_is_an_error(
    staging: Staging, source: Source
) -> None:
    [proxy] = all_hosts.proxies(with_proxy(staging))

    with pytest.raises(StepFailed, match="another deploy would change it again") as raised:
        proxies.require_converged(proxy, source)

    assert "check and install the nginx" in raised.value.details
