"""Files of a certificate that are not for all names of the site are warned of, if they can be read."""

import pytest

from tests.unit.certificates import pem
from tests.unit.fakes import FakeConnection, config, facts, failed, printed
from tests.unit.staging import Staging
from understudy.deploy import certificate_names
from understudy.host.certificates import parse_pem
from understudy.ssh.connection import Result

NOTHING = facts()
CHAIN = "/etc/ssl/shop.pem"
FILES = {"certificate": {"chain": CHAIN, "key": "/etc/ssl/shop.key"}}


@pytest.mark.parametrize(
    ("domains", "covered", "lacking"),
    [
        (["shop.test"], ["shop.test"], ""),
        (["shop.test", "www.shop.test"], ["shop.test"], "www.shop.test"),
        (["shop.test", "www.shop.test"], ["shop.test", "*.shop.test"], ""),
        (["shop.test", "*.shop.test"], ["shop.test", "*.shop.test"], ""),
        (["shop.test", "a.b.shop.test"], ["shop.test", "*.shop.test"], "a.b.shop.test"),
        (["shop.test"], ["old.test"], "shop.test"),
    ],
)
def test_names_that_browsers_would_refuse_are_listed(
    domains: list[str], covered: list[str], lacking: str
) -> None:
    target = config(target={"domains": domains, **FILES}).target("staging")

    found = certificate_names.warning_of(target, parse_pem(pem(*covered), "2024-01-01"))

    assert (f"not for {lacking}: browsers will refuse" in found) == bool(lacking)
    assert bool(found) == bool(lacking)


@pytest.mark.parametrize(
    ("answer", "warned"), [(printed(pem("old.test")), True), (failed("Permission denied"), False)]
)
def test_chain_is_read_on_the_host_if_the_deployer_can(
    answer: Result, warned: bool, staging: Staging
) -> None:
    host = FakeConnection({f"cat {CHAIN}": answer})

    certificate_names.warn(staging.job(**FILES), host, NOTHING)

    assert bool(staging.report.warnings) == warned


def test_host_is_not_asked_for_a_chain_that_its_facts_have(staging: Staging) -> None:
    known = parse_pem(pem("old.test"), "2024-01-01")

    certificate_names.warn(
        staging.job(**FILES), FakeConnection({}), facts(certificates={CHAIN: known})
    )

    assert "is for old.test, not for" in "".join(staging.report.warnings)


def test_host_is_asked_for_files_of_a_certificate_only(staging: Staging) -> None:
    certificate_names.warn(staging.job(https="auto"), FakeConnection({}), NOTHING)
