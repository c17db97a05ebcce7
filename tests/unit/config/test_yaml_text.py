"""YAML without an end, and keys that YAML itself would drop."""

import pytest
import yaml

from tests.unit.config.deploy_yml import lines
from tests.unit.fakes import config, settings
from understudy.config import model as configuration
from understudy.config import yaml_text
from understudy.errors import ConfigError


def test_key_given_twice_is_reported_with_its_line() -> None:
    text = "app: {}\ntargets:\n  production: {port: 22,\n    port: 23}\n"
    with pytest.raises(ConfigError) as raised:
        configuration.parse(text)
    twice = "deploy.yml:4: targets.production.port: is given twice, for the first time in line 3"
    assert twice in lines(raised.value.details)


def bomb() -> str:
    """Twenty lines that expand to 10^19 values."""
    lines = [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10)}]" for i in range(1, 20)]
    return "\n".join(["x0: &x0 [a]", *lines, ""])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(bomb(), "more than 20000 values", id="bomb"),
        pytest.param(
            f"? {{a: b}}\n: c\n{bomb()}", "more than 20000 values", id="bomb-behind-a-key"
        ),
        pytest.param("a: &a [*a]\n", "part of what it names", id="in-itself"),
        pytest.param("a: &a {b: {c: *a}}\n", "part of what it names", id="deeper-in-itself"),
        pytest.param("a: &a {<<: *a}\n", "part of what it names", id="merged-into-itself"),
        pytest.param("a: " + "[" * 2000, "nested too deeply", id="deep"),
    ],
)
@pytest.mark.timeout(20)
def test_aliases_without_an_end_are_refused_before_they_are_followed(
    text: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match="is not YAML") as raised:
        configuration.parse(text)

    assert reason in raised.value.details


def test_anchors_are_read() -> None:
    text = yaml.safe_dump(settings()).replace("app:", "app: &app", 1)

    assert configuration.parse(text).app == config().app


def test_text_that_is_read_again_gives_values_of_its_own() -> None:
    first, again = "a: &all {b: [1]}\nc: {<<: *all}\n", "a: 2\n"
    yaml_text.read(first)[1]["a"]["b"].append(2)

    assert yaml_text.read(first)[1] == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert yaml_text.read(again)[1] == {"a": 2}
    assert yaml_text.read(first)[1] == {"a": {"b": [1]}, "c": {"b": [1]}}
