"""What an issuer needs before it is asked."""

from typing import Any

import pytest

from tests.unit.fakes import config
from understudy.config.https import LETS_ENCRYPT, LETS_ENCRYPT_STAGING
from understudy.config.issuer import require_terms
from understudy.errors import ConfigError


def require(**target: Any) -> None:
    require_terms(config(target=target).target("staging"), "staging")


@pytest.mark.parametrize("directory", [LETS_ENCRYPT, LETS_ENCRYPT_STAGING])
def test_terms_of_lets_encrypt_have_to_be_agreed_to(directory: str) -> None:
    with pytest.raises(ConfigError) as raised:
        require(https="auto", acme={"directory": directory})

    assert "targets.staging: `https: auto` needs `acme.terms: true`" in raised.value.summary
    assert "https://letsencrypt.org/repository/" in raised.value.hint


@pytest.mark.parametrize(
    "target",
    [
        {"https": "auto", "acme": {"terms": True}},
        {"https": "auto", "acme": {"directory": "https://acme.test/dir"}},
        {"https": "off"},
    ],
)
def test_other_targets_need_no_terms(target: dict[str, Any]) -> None:
    require(**target)
