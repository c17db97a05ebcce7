"""Staging that lacks what production has does not rehearse it, which is said with the cure."""

from typing import Any

import pytest

from tests.unit.fakes import settings
from understudy.config.model import Config
from understudy.vm import unrehearsed

FILES = {"certificate": {"chain": "/etc/ssl/a", "key": "/etc/ssl/b"}}
NAMES = {"domains": ["shop.test", {"name": "shop.example", "redirect_to": "shop.test"}]}


def said(staging: dict[str, Any], production: dict[str, Any] | None) -> list[str]:
    tree = settings(target=staging)
    tree["targets"] = {"vagrant": {**tree["targets"]["staging"], "disposable": True}}
    if production is not None:
        tree["targets"]["production"] = settings(target=production)["targets"]["staging"]
    return list(unrehearsed.sentences(Config.model_validate(tree)))


@pytest.mark.parametrize("https", [{"https": "auto"}, FILES])
def test_staging_without_the_https_of_production(https: dict[str, Any]) -> None:
    [sentence] = said({}, https)

    assert sentence.startswith("production has HTTPS and vagrant has not: ")
    assert sentence.endswith("Set `https: auto` for vagrant in deploy.yml")


def test_staging_with_one_name_of_a_production_with_several() -> None:
    [sentence] = said({}, NAMES)

    assert sentence.startswith("production has 2 names and vagrant has one: ")
    assert sentence.endswith("Give vagrant `domains` of its own in deploy.yml")


def test_certificate_that_production_gets_by_dns_01() -> None:
    [sentence] = said({"https": "auto"}, {"https": "auto", "acme": {"dns": "ovh"}})

    assert sentence.startswith(
        "production gets its certificate by DNS-01 (ovh) and vagrant by http-01"
    )
    assert "acme-staging-v02" in sentence


@pytest.mark.parametrize(
    ("staging", "production"),
    [
        ({}, {}),
        ({}, None),
        (FILES, {"https": "auto"}),
        ({"https": "auto"}, {}),
        (NAMES, {"domains": ["shop.org", "www.shop.org", "shop.net"]}),
        (NAMES, {}),
    ],
)
def test_staging_that_has_what_production_has_needs_no_word(
    staging: dict[str, Any], production: dict[str, Any] | None
) -> None:
    assert said(staging, production) == []
