"""The variables of a deploy.yml, also of one that is wrong."""

import pytest

from understudy.config.environments import environments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("app:\n  environment: {A: one, B: 2}\n", [{"A": "one", "B": "2"}]),
        ("targets:\n  box:\n    environment:\n      A: one\n", [{"A": "one"}]),
        ("app:\n  environment:\n    A: one\n  nope: [1]\ntargets: 7\n", [{"A": "one"}]),
        ("x: &x {A: one}\napp: {environment: *x}\n", [{"A": "one"}]),
        ("app:\n  environment: none\n", []),
        ("secrets: {A: one, B: {generate: 50}}\n", [{"SECRET_A": "one"}]),
        ("", []),
        ("- 1\n", []),
    ],
)
def test_each_environment_is_found_whatever_else_is_wrong(
    text: str, found: list[dict[str, str]]
) -> None:
    assert environments(text) == found


def test_lines_count_if_the_text_is_not_yaml() -> None:
    found, _ = environments("app: [\n  environment:\n    API_TOKEN: 'one two'\n    B: two: three\n")

    assert found["API_TOKEN"] == "one two"


def test_pairs_in_one_line_count_too_if_the_text_is_not_yaml() -> None:
    _, found = environments("app: [{environment: {API_TOKEN: 'one two', B: \"two\"}\n")

    assert found["API_TOKEN"] == "one two"
