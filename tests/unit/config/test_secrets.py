"""A secret in deploy.yml has a length and no value."""

from typing import Any

import pytest
import yaml

from tests.unit.config.deploy_yml import mistakes
from tests.unit.fakes import settings
from understudy.config import model


def text(secrets: Any) -> str:
    return yaml.safe_dump({**settings(), "secrets": secrets})


def test_secret_is_read_with_its_length() -> None:
    parsed = model.parse(text({"SIGNING_KEY": {"generate": 50}}))

    assert parsed.secrets["SIGNING_KEY"].generate == 50


@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ({"K": {"generate": 8}}, "must be a whole number from 16 to 1024, for example 50"),
        ({"K": {"generate": 9999}}, "must be a whole number from 16 to 1024"),
        ({"K": {}}, "generate: missing"),
        ({"K": {"generate": 50, "value": "hunter2"}}, "unknown key"),
        ({"K": "hunter2"}, "must be a mapping"),
        ({"a-b": {"generate": 50}}, "the key must be capital letters"),
        (["K"], "must be a mapping"),
    ],
)
def test_what_is_no_length_is_a_mistake(secrets: Any, message: str) -> None:
    [mistake] = mistakes(text(secrets))

    assert message in mistake


def test_password_that_no_one_could_read_is_not_made() -> None:
    [mistake] = mistakes(text({"BASIC_AUTH_ANNA": {"generate": 20}}))

    assert "given by `secrets set`" in mistake
