"""`verify:` in deploy.yml: what it may say, and each mistake with its line."""

import pytest

from understudy.config import model as configuration
from understudy.errors import ConfigError

TEXT = """\
app: {name: shop, source: ., module: shop.wsgi:application}
targets:
  staging: {domain: shop.test, address: 192.0.2.7, admin: debian}
verify:
"""


def test_verify_may_be_left_out() -> None:
    found = configuration.parse(TEXT.removesuffix("verify:\n")).verify

    assert (found.pages, found.login, found.accept) == ((), None, ())
    assert (found.budget.kilobytes, found.budget.seconds) == (5000, 20)


def test_finding_is_accepted_with_its_reason() -> None:
    text = "  accept:\n    - {check: accessibility/color-contrast, page: /old/*, reason: being redone}\n"

    [one] = configuration.parse(TEXT + text).verify.accept

    assert (one.check, one.page, one.reason) == (
        "accessibility/color-contrast",
        "/old/*",
        "being redone",
    )


def test_finding_is_accepted_on_all_pages_if_none_is_named() -> None:
    [one] = configuration.parse(TEXT + "  accept: [{check: links, reason: so}]\n").verify.accept

    assert one.page == "*"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("  pages: /\n", '5: verify.pages: must be a list, for example ["/"]'),
        ("  pages: [about]\n", "5: verify.pages.0: must be a path that starts with a slash"),
        (
            "  budget: {kilobytes: 0}\n",
            "5: verify.budget.kilobytes: must be a whole number, at least 1",
        ),
        ("  budget: {seconds: 0}\n", "5: verify.budget.seconds: must be a number above 0"),
        ("  accept: [{check: links}]\n", "5: verify.accept.0.reason: missing"),
        ("  accept: [{check: link, reason: so}]\n", "5: verify.accept.0.check: must be a check"),
        ("  accept: [{check: links/, reason: so}]\n", "5: verify.accept.0.check: must be a check"),
        ("  acept: []\n", "5: verify.acept: unknown key; did you mean accept?"),
    ],
)
def test_mistake_is_reported_with_its_line(text: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as raised:
        configuration.parse(TEXT + text)

    assert f"deploy.yml:{mistake}" in raised.value.details


TASKS = "  tasks: {enqueue: python manage.py enqueue, done: cat done.txt}\n"


def test_tasks_are_counted_by_two_commands() -> None:
    found = configuration.parse(TEXT + TASKS).verify.tasks

    assert found
    assert (found.enqueue, found.done, found.wait) == (
        ("python", "manage.py", "enqueue"),
        ("cat", "done.txt"),
        60,
    )


def test_tasks_that_no_command_lists_can_not_be_counted() -> None:
    with pytest.raises(ConfigError) as raised:
        configuration.parse(TEXT + "  tasks: {enqueue: python manage.py enqueue}\n")
    assert "verify.tasks.done: missing" in raised.value.details


def test_masks_are_selectors() -> None:
    assert configuration.parse(TEXT + '  masks: [".clock", "#feed img"]\n').verify.masks == (
        ".clock",
        "#feed img",
    )
    with pytest.raises(ConfigError) as raised:
        configuration.parse(TEXT + "  masks: .clock\n")
    assert '5: verify.masks: must be a list, for example [".clock"]' in raised.value.details
