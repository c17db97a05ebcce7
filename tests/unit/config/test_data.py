"""The part `data` of deploy.yml."""

import pytest
import yaml

from tests.unit.fakes import settings
from understudy.config import model as configuration
from understudy.config.data import Data, Rule
from understudy.errors import ConfigError


def data(text: str) -> Data:
    return configuration.parse(yaml.safe_dump(settings()) + text).data


def test_data_is_empty_by_default() -> None:
    assert data("") == Data(media=0, tables={})


def test_rule_is_a_kind_or_has_a_text() -> None:
    read = data("""
data:
  media: 0.1
  tables:
    auth_user: {email: email, phone: null, note: {fixed: "-"}, born: {sql: "date('now')"}}
    django_session: drop
""")

    assert read.media == 0.1
    assert read.rule("auth_user", "email") == Rule.model_validate("email")
    assert read.rule("auth_user", "phone") == Rule.model_validate("null")
    assert read.rule("auth_user", "note") == Rule.model_validate({"fixed": "-"})
    assert read.rule("auth_user", "born") == Rule.model_validate({"sql": "date('now')"})
    assert read.rule("auth_user", "id") is None
    assert read.drops("django_session")
    assert not read.drops("auth_user")
    assert not read.drops("nothing")


@pytest.mark.parametrize(
    "wrong",
    [
        "media: 2",
        "tables: {a: {b: scramble}}",
        "tables: {a: {b: fixed}}",
        "tables: {a: {b: {email: x}}}",
        "tables: {a: keep}",
        # An empty table in YAML: all of its rows would be gone.
        "tables: {a: }",
        "colour: red",
    ],
)
def test_mistake_is_reported_with_its_line(wrong: str) -> None:
    with pytest.raises(ConfigError) as raised:
        data(f"\ndata:\n  {wrong}\n")

    assert "deploy.yml:13: data" in raised.value.details
