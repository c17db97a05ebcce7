from typing import Any

import pytest

from tests.unit.fakes import config, facts, manifest
from understudy.deploy.desired import DesiredState
from understudy.deploy.notify_secrets import warnings


def warned(secrets: frozenset[str] = frozenset(), **notify: Any) -> list[str]:
    given = config(notify={"to": ["SLACK_URL", "OPS_MAIL"], **notify})
    desired = DesiredState(given, given.target("staging"), manifest("r1"))
    return warnings("staging", desired, facts(secret_names=secrets))


def test_missing_url_is_named_with_what_sets_it() -> None:
    [said] = warned(frozenset({"SLACK_URL"}))

    assert "the host has no secret OPS_MAIL" in said
    assert "secrets set OPS_MAIL --target staging" in said


@pytest.mark.parametrize(
    ("secrets", "notify"),
    [
        (frozenset({"SLACK_URL", "OPS_MAIL"}), {}),
        (frozenset(), {"targets": []}),
        (frozenset(), {"events": ["deploy"]}),
    ],
)
def test_host_that_sends_no_message_needs_no_url(
    secrets: frozenset[str], notify: dict[str, Any]
) -> None:
    assert warned(secrets, **notify) == []
