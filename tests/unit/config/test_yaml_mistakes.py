"""A text that is not YAML: the line, the place in it, and what is wrong in words."""

import pytest

from understudy.config import model as configuration
from understudy.errors import ConfigError


def details(text: str) -> list[str]:
    with pytest.raises(ConfigError, match="is not YAML") as raised:
        configuration.parse(text)
    return raised.value.details.splitlines()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("app:\n\tname: shop\n", 2, "there is a tab: YAML indents by spaces only"),
        ("app:\n  name: shop\n   source: .\n", 3, "this line is indented more than the one above"),
        (
            "app:\n    name: shop\n  source: .\n",
            3,
            "the indentation of this line fits no line above",
        ),
        ("app:\n  - a\n - b\n", 3, "the indentation of this line fits no line above"),
        ("app:\n  name: shop: two\n", 2, "there is a second `: ` in this line"),
        ("app:\n  name shop\n  source: .\n", 3, "the line above has no `: ` after its key"),
        ("app:\n- b\nc\n", 3, "there is no `: ` after a key"),
        ('app:\n  name: "shop\n  source: .\n', 2, "the quote that begins here has no end"),
        ("app:\n  pages: [a, b\n  source: .\n", 2, "the bracket that begins here has no ]"),
        ("app: {a: b\n", 1, "the bracket that begins here has no }"),
        ("a:\n  at: *:0/15\n", 2, "a text that begins with * or & needs quotes"),
        (
            "a: *name\n",
            1,
            "*name refers to &name, which is nowhere above; a text that begins with *",
        ),
        ("a: &x 1\nb: &x 2\n", 2, "there is an anchor of this name above"),
        ("a: @home\n", 1, "a text that begins with @ needs quotes"),
        ("a: %d\n", 1, "a text that begins with % needs quotes"),
        ("a: >=3\n", 1, "a text that begins with > or | needs quotes"),
        ("a: - b\n", 1, "an item of a list begins on a line of its own"),
        ("a: {{ name }}\n", 1, "a key must be a text: {{ }} of templates is not taken"),
        ('a: "\\d"\n', 1, r"no such \ sign: use single quotes"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins here"),
        ("a: !secret b\n", 1, "tags such as !secret are not taken"),
        ("a: 1\nb: 2024-13-45\n", 2, "no calendar has this date; put it in quotes"),
        ("a: 1\nb: \0\n", 2, "there is a character that YAML does not allow, number 0000"),
        ("a: !!bool x\n", 1, "YAML can't read this"),
        ("a: !!binary x\n", 1, "this is not what its tag says"),
    ],
)
def test_mistake_has_its_line_and_what_is_wrong(text: str, line: int, words: str) -> None:
    first, *_ = details(text)

    assert first.startswith(f"deploy.yml:{line}: ")
    assert words in first


def test_line_is_shown_with_a_mark_below_what_is_wrong() -> None:
    assert details("app:\n  name: shop: two\n")[1:] == [
        "   2 |   name: shop: two",
        "     |             ^",
    ]


def test_tab_is_one_sign_wide_in_the_line_that_is_shown() -> None:
    assert details("app:\n  a:\tb\n  \tc: d\n")[1:] == ["   2 |   a:→b", "     |     ^"]


@pytest.mark.parametrize(
    "environment",
    [
        "  environment:\n    DEBUG: 0\n    KEY: 'hunter2\ntargets: {a: 1}\n",
        '  environment: {KEY: "hunter2}\n  name: shop\n',
        "  environment:\n    KEY: hunter2: 1\n",
        "secrets:\n\n  KEY: [hunter2\ntargets:\n",
    ],
)
def test_line_that_may_have_a_secret_is_not_shown(environment: str) -> None:
    with pytest.raises(ConfigError, match="is not YAML") as raised:
        configuration.parse(f"app:\n{environment}")

    assert "deploy.yml:" in raised.value.details
    assert "hunter2" not in raised.value.details
