"""HTTPS on the VM as in production: issue, redirects, other names, browser, renewal. One story, in order."""

import re
from pathlib import Path

import pytest
import yaml

from tests.integration.site import Site
from tests.integration.staging import Answer
from understudy.traffic.certificate import Certificate
from understudy.traffic.client import Endpoint
from understudy.traffic.handshake import distrust, shake

pytestmark = pytest.mark.timeout(900)

NAMES = ["todo.test", {"name": "www.todo.test", "redirect_to": "todo.test"}]
# Prints the status and the redirect, and not the page.
STATUS = ("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}")
CHALLENGES = "/var/www/understudy-acme"


@pytest.fixture(scope="module")
def secure(site: Site) -> Site:
    """The healthy site, which gets HTTPS and another name by a deploy."""
    file = site.staging.config
    settings = yaml.safe_load(file.read_text())
    target = settings["targets"]["vagrant"]
    del target["domain"]
    target |= {"https": "auto", "domains": NAMES, "hsts": "1d", "environment": {"HTTPS": "on"}}
    file.write_text(yaml.safe_dump(settings))
    assert site.deploy().code == 0
    return Site(site.staging, scheme="https")


def endpoint(site: Site, name: str = "todo.test") -> Endpoint:
    return Endpoint(site.staging.address, 443, tls=True, server_name=name)


def shown(site: Site) -> Certificate:
    found = shake(endpoint(site)).certificate
    assert found
    return found


def roots(site: Site) -> Path:
    found = site.staging.settings().target("vagrant").acme.roots
    assert found
    return found


def test_deploy_gets_a_certificate_for_all_names(secure: Site) -> None:
    assert shown(secure).names == ("todo.test", "www.todo.test")
    assert distrust(endpoint(secure), roots(secure)) == ""
    assert distrust(endpoint(secure)) == "unable to get local issuer certificate"
    assert secure.title() == "version 0"


def test_plain_http_and_the_other_name_lead_to_the_site(secure: Site) -> None:
    for start, status, leads in (
        ("http://todo.test", 301, "https://todo.test"),
        ("http://www.todo.test", 301, "https://www.todo.test"),
        ("https://www.todo.test", 308, "https://todo.test"),
    ):
        answer = secure.curl(f"{start}/lists/1/?page=2", *STATUS)
        assert answer.text == f"{status} {leads}/lists/1/?page=2"


@pytest.mark.parametrize("name", ["unknown.invalid", ""])
def test_name_that_is_not_ours_is_shown_no_certificate(secure: Site, name: str) -> None:
    assert "unrecognized name" in shake(endpoint(secure, name)).failure


def test_tests_and_checks_pass_over_https(secure: Site) -> None:
    """With forms, whose CSRF tokens and cookies a real browser gets over HTTPS."""
    answer = secure.staging.deploy_py("verify")

    assert answer.code == 0, answer.text
    assert re.search(r"page tests: 1\d passed(, \d skipped)?$", answer.text, re.MULTILINE)
    assert re.search(r"browser tests: \d+ passed$", answer.text, re.MULTILINE)


def rehearse_edge(site: Site) -> Answer:
    return site.staging.deploy_py("rehearse", "-v", "--keep", "--only", "edge")


def test_certificate_is_renewed_under_traffic_without_a_restart(secure: Site) -> None:
    before = shown(secure)

    answer = rehearse_edge(secure)

    after = shown(secure)
    assert answer.code == 0, answer.text
    assert after.serial != before.serial
    renewed = f"certificate {before.shown_serial} -> {after.shown_serial}, "
    found = re.search(rf"{renewed}(\d+) requests, 0 lost", answer.text)
    assert found
    assert int(found[1]) > 5


def test_renewal_that_the_issuer_refuses_is_reported_and_the_old_certificate_stays(
    secure: Site,
) -> None:
    before = shown(secure)
    # nginx can't read what the issuer asks for.
    assert secure.staging.host(f"chmod 0700 {CHALLENGES}").code == 0

    refused = rehearse_edge(secure)
    assert secure.staging.host(f"chmod 0755 {CHALLENGES}").code == 0

    assert refused.code == 1
    assert "vagrant could not renew its certificate" in refused.text
    assert re.search(r"Type: +unauthorized", refused.text)
    assert "returned 403" in refused.text
    assert shown(secure) == before
    assert secure.title() == "version 0"
    # It heals by itself.
    assert rehearse_edge(secure).code == 0
    assert shown(secure).serial != before.serial


def test_renewal_without_an_issuer_leaves_the_old_certificate(secure: Site) -> None:
    """Pebble runs only as long as a verb does."""
    before = shown(secure)

    answer = secure.staging.host("understudy-site todo renew")

    assert answer.code != 0
    assert "has issued no certificate for todo.test www.todo.test; the one before is kept" in (
        answer.text
    )
    assert shown(secure) == before
