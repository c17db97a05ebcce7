"""Staging without HTTPS mirrors no production that has it."""

from typing import Any

import pytest

from tests.unit.fakes import settings
from understudy.config.model import Config
from understudy.vm import unrehearsed

FILES = {"certificate": {"chain": "/etc/ssl/a", "key": "/etc/ssl/b"}}


def sentence(staging: dict[str, Any], production: dict[str, Any] | None) -> str:
    tree = settings(target=staging)
    tree["targets"] = {"vagrant": {**tree["targets"]["staging"], "disposable": True}}
    if production is not None:
        tree["targets"]["production"] = settings(target=production)["targets"]["staging"]
    return unrehearsed.https(Config.model_validate(tree))


@pytest.mark.parametrize("https", [{"https": "auto"}, FILES])
def test_staging_without_the_https_of_production_is_named_with_the_cure(
    https: dict[str, Any],
) -> None:
    assert sentence({}, https).startswith("production has HTTPS and vagrant has not: ")
    assert sentence({}, https).endswith("Set `https: auto` for vagrant in deploy.yml")


@pytest.mark.parametrize(
    ("staging", "production"),
    [({}, {}), ({}, None), (FILES, {"https": "auto"}), ({"https": "auto"}, {})],
)
def test_staging_that_has_what_production_has_needs_no_word(
    staging: dict[str, Any], production: dict[str, Any] | None
) -> None:
    assert sentence(staging, production) == ""
