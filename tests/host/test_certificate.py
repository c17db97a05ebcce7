"""The certificate in the host's files is served; that of `https: auto` is kept safe and will be renewed. Names,
trust and days are checked from outside, with the other checks of every site.
"""

from collections.abc import Mapping

import pytest

from understudy.config.target import TargetConfig
from understudy.testing.host_questions import Answer

Answers = Mapping[str, Answer]


@pytest.fixture
def automatic(target: TargetConfig) -> None:
    if not target.asks_issuer:
        pytest.skip("no `https: auto`, or the proxy has the certificate")


def test_certificate_that_is_installed_is_served(answers: Answers, target: TargetConfig) -> None:
    """A renewed one that nginx was not reloaded for is not."""
    if not target.ends_tls:
        pytest.skip("no HTTPS, or the proxy has the certificate")
    installed, served, written = answers["certificates"].lines
    assert served == installed, (
        f"the file was renewed on {written}, nginx serves the old one: systemctl reload nginx"
    )


@pytest.mark.usefixtures("automatic")
def test_only_root_reads_the_key(answers: Answers) -> None:
    assert answers["certificate's key"].text.endswith("/privkey.pem 600 root")


@pytest.mark.usefixtures("automatic")
def test_certificate_is_renewed_by_certbots_timer(answers: Answers) -> None:
    timer, *errors = answers["renewal"].lines
    assert timer == "active", "systemctl enable --now certbot.timer"
    assert not errors
