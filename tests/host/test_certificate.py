"""The certificate of `https: auto` is served, is kept safe and will be renewed. Its names, trust and days are
checked from outside, with the other checks of every site.
"""

from collections.abc import Mapping

import pytest

from understudy.config.target import TargetConfig
from understudy.testing.host_questions import Answer

Answers = Mapping[str, Answer]


@pytest.fixture(autouse=True)
def automatic(target: TargetConfig) -> None:
    if target.https != "auto":
        pytest.skip("the target has no `https: auto`")


def test_certificate_that_is_installed_is_served(answers: Answers) -> None:
    """A renewed one that nginx was not reloaded for is not."""
    installed, served, _ = answers["certificates"].lines
    assert served == installed, "systemctl reload nginx"


def test_only_root_reads_the_key(answers: Answers) -> None:
    assert answers["certificates"].lines[-1] == "privkey.pem 600 root"


def test_certificate_is_renewed_by_certbots_timer(answers: Answers) -> None:
    timer, *errors = answers["renewal"].lines
    assert timer == "active", "systemctl enable --now certbot.timer"
    assert not errors
