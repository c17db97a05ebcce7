"""How a target has HTTPS, and for how long browsers are held to it."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.config.deploy_yml import TEXT, mistakes
from tests.unit.fakes import config, settings
from understudy.config.https import seconds
from understudy.config.model import Config

FILES = {"certificate": {"chain": "/etc/ssl/shop.pem", "key": "/etc/ssl/shop.key"}}


@pytest.mark.parametrize(
    ("time", "amount"),
    [
        *(("0", 0), ("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86400)),
        *(("2w", 1209600), ("6M", 15552000), ("1y", 31536000)),
    ],
)
def test_time_is_counted_as_nginx_counts_it(time: str, amount: int) -> None:
    assert seconds(time) == amount
    assert config(target={**FILES, "hsts": time}).target("staging").hsts_seconds == amount


@pytest.mark.parametrize("number", [0, "0"])
def test_hsts_can_be_taken_back(number: Any) -> None:
    assert config(target={**FILES, "hsts": number}).target("staging").hsts == "0"


@pytest.mark.parametrize("https", [FILES, {"https": "auto"}])
def test_target_has_no_hsts_of_its_own(https: dict[str, Any]) -> None:
    assert config(target=https).target("staging").hsts is None


@pytest.mark.parametrize(
    "value", ["", "1", "y", "1 y", "1Y", "01d", "-1d", "1y;", "1y\n", False, True, 31536000]
)
def test_hsts_is_a_time_with_its_unit(value: Any) -> None:
    with pytest.raises(ValueError, match="hsts"):
        config(target={**FILES, "hsts": value})


def test_hsts_without_https_is_a_mistake() -> None:
    tree = settings()
    tree["targets"]["staging"]["hsts"] = "1y"

    with pytest.raises(ValueError, match="must go with `https: auto`"):
        Config.model_validate(tree)


def test_issuer_finds_the_answer_on_one_host_only() -> None:
    several = {"https": "auto", "addresses": ["192.0.2.7", "192.0.2.8"]}

    with pytest.raises(ValueError, match="must be off with several hosts"):
        config(target=several)
    assert config(target={**several, "addresses": ["192.0.2.7"]})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("directory", "https://acme.test/dir"),
        ("email", "ann@shop.test"),
        ("terms", "true"),
        ("ca", "ca.pem"),
    ],
)
def test_no_issuer_is_asked_for_a_certificate_from_files(key: str, value: str) -> None:
    files = "    certificate: {chain: /etc/ssl/a, key: /etc/ssl/b}\n    acme:\n      roots: r.pem\n"
    asked = f"{TEXT}{files}      {key}: {value}\n"

    [mistake] = mistakes(asked)

    assert asked.splitlines()[int(mistake.split(":")[1]) - 1] == f"      {key}: {value}"
    assert f"targets.staging.acme.{key}: must go with `https: auto`" in mistake


def test_roots_count_beside_a_certificate_from_files() -> None:
    acme = config(target={**FILES, "acme": {"roots": "/roots.pem"}}).target("staging").acme

    assert acme.roots == Path("/roots.pem")


@pytest.mark.parametrize(
    ("key", "value"),
    [("directory", "https://acme.test/dir"), ("terms", "true"), ("roots", "r.pem"), ("dns", "ovh")],
)
def test_acme_without_a_certificate_is_a_mistake(key: str, value: str) -> None:
    asked = f"{TEXT}    acme:\n      {key}: {value}\n"

    [mistake] = mistakes(asked)

    assert f"targets.staging.acme.{key}: must go with `https: auto`: without it" in mistake
