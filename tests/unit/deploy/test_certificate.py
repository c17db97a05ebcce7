"""When a deploy asks for a certificate, and what it does without one."""

import shlex
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.certificates import ENDS
from tests.unit.fakes import facts
from tests.unit.plans import NGINX, SHIPMENT, desired_state, live_host
from understudy.deploy.certificate import explain
from understudy.deploy.desired import DesiredState
from understudy.deploy.plan import make_plan
from understudy.host.actions import Run
from understudy.host.certificates import CertificateState
from understudy.host.facts import ObservedState

CHAIN = "/etc/ssl/understudy/shop/live/fullchain.pem"
DIRECTORY = "https://acme.test/dir"
HTTPS = f"location ^~ /.well-known/acme-challenge/ {{}} ssl_certificate {CHAIN};\n"
GOOD = CertificateState(names=("shop.test",), ends=ENDS, days=60, issuer="CN=R11")
SELF_SIGNED = replace(GOOD, self_signed=True)


def desired(**target: Any) -> DesiredState:
    """Of a target with `https: auto`."""
    settings = {"https": "auto", "acme": {"directory": DIRECTORY, "terms": True}, **target}
    plain = desired_state(target=settings)
    nginx, unit = plain.site_config
    return replace(
        plain,
        site_config=(replace(nginx, content=HTTPS), unit),
        config_before_https=(replace(nginx, content="/acme-challenge/\n"), unit),
    )


def https_host(state: CertificateState = GOOD, **changes: Any) -> ObservedState:
    """On which the site is live, with that certificate."""
    live = live_host()
    return replace(
        live,
        files={**live.files, NGINX: HTTPS},
        certificates={CHAIN: state},
        acme_issuer=DIRECTORY,
        **changes,
    )


def steps(wanted: DesiredState, observed: ObservedState) -> list[Any]:
    return list(make_plan(wanted, SHIPMENT, observed))


def titles(wanted: DesiredState, observed: ObservedState) -> list[str]:
    return [step.title for step in steps(wanted, observed)]


def asked(wanted: DesiredState, observed: ObservedState) -> Run:
    """The step that gets the certificate."""
    runs = [step for step in steps(wanted, observed) if isinstance(step, Run)]
    found = [step for step in runs if "certificate" in step.argv]
    assert len(found) == 1
    return found[0]


def test_host_with_a_good_certificate_needs_nothing() -> None:
    assert steps(desired(), https_host()) == []


def test_target_without_https_asks_for_none() -> None:
    assert steps(desired_state(), live_host()) == []


def test_certificate_comes_before_the_files_that_name_it_and_before_any_migration() -> None:
    order = titles(desired(), facts())

    place = order.index("get a certificate for shop.test")
    assert place < order.index("check and install the nginx and systemd files")
    assert not any("release command" in title for title in order[:place])


def test_issuer_is_asked_as_deploy_yml_says() -> None:
    names = [{"name": "shop.test"}, {"name": "www.shop.test", "redirect_to": "shop.test"}]
    acme = {"directory": DIRECTORY, "terms": True, "email": "ann@shop.test"}
    wanted = desired(domain="", domains=names, acme=acme)

    argv = asked(replace(wanted, acme_ca="A CA"), facts()).argv

    assert argv[-7:] == (
        *("shop", "certificate", DIRECTORY, "agreed", "ann@shop.test"),
        *("shop.test", "www.shop.test"),
    )
    assert argv[4] == "A CA"


@pytest.mark.parametrize(
    ("observed", "title"),
    [
        (https_host(SELF_SIGNED), "get a certificate for shop.test"),
        (https_host(replace(GOOD, names=("old.test",))), "get a certificate for shop.test"),
        (https_host(replace(GOOD, names=("shop.test", "b.test"))), "get a certificate for shop"),
        (https_host(CertificateState(problem="no PEM")), "get a certificate for shop.test"),
        (
            https_host(replace(GOOD, days=6)),
            "renew the certificate, which ends in 6 days (2024-03-01)",
        ),
        (
            replace(https_host(), acme_issuer="https://other.test/dir"),
            f"get a certificate from {DIRECTORY}",
        ),
        (https_host(acme_ca="A CA"), f"replace the CA of {DIRECTORY}"),
    ],
)
def test_certificate_that_is_not_good_is_replaced(observed: ObservedState, title: str) -> None:
    assert titles(desired(), observed)[0].startswith(title)


def test_certificate_is_left_to_certbots_timer_as_long_as_the_timer_can_renew_it() -> None:
    assert steps(desired(), https_host(replace(GOOD, days=7))) == []


@pytest.mark.parametrize(
    ("observed", "warning"),
    [
        (facts(), "self-signed one"),
        (https_host(SELF_SIGNED), "self-signed one"),
        (https_host(replace(GOOD, days=2)), "The one before is still served"),
        (replace(https_host(), acme_issuer=""), "The one before is still served"),
        # Visitors of the new name, or all of them, would see what browsers warn of.
        (https_host(replace(GOOD, names=("old.test",))), ""),
        (https_host(replace(SELF_SIGNED, names=("old.test",))), ""),
        (live_host(), ""),
    ],
)
def test_deploy_without_a_certificate_continues_if_visitors_see_no_worse_than_before(
    observed: ObservedState, warning: str
) -> None:
    found = asked(desired(), observed).warning

    assert warning in found
    assert bool(found) == bool(warning)


def test_site_with_plain_http_answers_challenges_before_it_redirects_to_https() -> None:
    order = titles(desired(), live_host())

    assert order == [
        "upload the nginx and systemd files",
        "check and install the nginx and systemd files",
        "check that the live release answers through the new nginx file",
        "confirm the nginx and systemd files",
        "get a certificate for shop.test",
        "upload the nginx and systemd files",
        "check and install the nginx and systemd files",
        "check that the live release answers through the new nginx file",
        "confirm the nginx and systemd files",
    ]
    checks = [step for step in steps(desired(), live_host()) if "answers" in step.title]
    assert [shlex.join(step.argv).split()[-1] for step in checks] == [
        "http://shop.test/",
        "https://shop.test/",
    ]


def test_failed_try_of_a_site_with_plain_http_leaves_one_that_is_not_taken_for_served() -> None:
    live = live_host()
    before = {**live.files, NGINX: "/acme-challenge/\n"}
    observed = replace(live, files=before, certificates={CHAIN: SELF_SIGNED})

    assert asked(desired(), observed).warning == ""
    assert titles(desired(), observed)[0] == "get a certificate for shop.test"


def test_why_there_is_no_certificate_is_explained() -> None:
    output = (
        "Domain: shop.test\n  Type:   caa\n  Detail: CAA record for shop.test prevents issuance"
    )

    text = explain(output)

    assert text.startswith("cause: a CAA record forbids this issuer")
    assert "\ntry: `dig CAA shop.test`" in text


def test_other_output_is_not_explained() -> None:
    assert explain("no such column") == ""
