"""`parity:` in deploy.yml: what it may say, and each mistake with its line."""

import pytest

from understudy.config import model as configuration
from understudy.errors import ConfigError

TEXT = """\
app: {name: shop, source: ., module: shop.wsgi:application}
targets:
  staging: {domain: shop.test, address: 192.0.2.7, admin: debian}
parity:
"""


def test_parity_may_be_left_out() -> None:
    found = configuration.parse(TEXT.removesuffix("parity:\n")).parity

    assert (found.threshold, found.intended) == (95, ())


def test_intended_difference_has_its_reason() -> None:
    text = '  threshold: 99.5\n  intended: [{path: "memory.*", reason: the VM is small}]\n'

    found = configuration.parse(TEXT + text).parity

    assert found.threshold == 99.5
    [one] = found.intended
    assert (one.path, one.reason) == ("memory.*", "the VM is small")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("  threshold: 101\n", "5: parity.threshold: must be a number from 0 to 100"),
        ("  threshold: -1\n", "5: parity.threshold: must be a number from 0 to 100"),
        ("  threshold: .nan\n", "5: parity.threshold: must be a number"),
        ("  threshold: high\n", "5: parity.threshold: must be a number"),
        ("  intended:\n    - path: os.*\n", "6: parity.intended.0.reason: missing"),
        (
            "  intended:\n    - path: os.*\n      reason: ' '\n",
            "7: parity.intended.0.reason: must not be empty",
        ),
        ("  intended:\n    - reason: so\n", "6: parity.intended.0.path: missing"),
        ("  treshold: 1\n", "5: parity.treshold: unknown key; did you mean threshold?"),
    ],
)
def test_mistake_is_reported_with_its_line(text: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as raised:
        configuration.parse(TEXT + text)

    assert raised.value.exit_code == 2
    assert f"deploy.yml:{mistake}" in raised.value.details
