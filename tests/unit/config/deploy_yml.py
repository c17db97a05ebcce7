"""A small deploy.yml, and its mistakes once something in it was changed."""

import re

import pytest

from understudy.config import model as configuration
from understudy.errors import ConfigError

TEXT = """\
app:
  name: shop
  source: .
  module: shop.wsgi:application
  environment:
    DEBUG: "0"
targets:
  staging:
    domain: shop.test
    address: 192.0.2.7
    admin: debian
"""


def mistakes(text: str) -> list[str]:
    """The lines that report the mistakes of a deploy.yml."""
    with pytest.raises(ConfigError) as raised:
        configuration.parse(text)
    assert raised.value.exit_code == 2
    return lines(raised.value.details)


def lines(details: str) -> list[str]:
    """`deploy.yml:3: app.name: must be …` for each mistake, without the look at its line."""
    return re.findall(r"^deploy\.yml:\d+: .*$", details, re.MULTILINE)
