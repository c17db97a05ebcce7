"""What a receipt doesn't speak for, each as one sentence."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.receipt_samples import (
    CANDIDATE,
    NGINX,
    RECEIPT,
    STAGING,
    candidate,
    fingerprint,
    other_artifact,
    receipt,
)
from understudy.receipts.differences import differences
from understudy.receipts.statement import Phase

HOUR_LATER = RECEIPT.finished + timedelta(hours=1)
OTHER = 64 * "a"


def found(**given: Any) -> tuple[str, ...]:
    """The differences to a deploy of just what was rehearsed, but for what is given."""
    wanted: dict[str, Any] = {
        "receipt": RECEIPT,
        "candidate": CANDIDATE,
        "host": STAGING,
        "host_name": "production",
        "now": HOUR_LATER,
        "max_age": timedelta(days=7),
    }
    return differences(**{**wanted, **given})


def test_what_was_rehearsed_may_be_deployed() -> None:
    assert found() == ()
    assert found(now=RECEIPT.finished + timedelta(days=7)) == ()


def test_another_commit_of_the_same_files_is_no_difference() -> None:
    assert found(candidate=other_artifact(commit=40 * "b")) == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"candidate": other_artifact(commit=40 * "b", source=OTHER)},
            "commit c0ffee000000 was rehearsed, this is bbbbbbbbbbbb",
        ),
        (
            {"candidate": other_artifact(source=OTHER)},
            "the files of commit c0ffee000000 were others",
        ),
        ({"candidate": other_artifact(lock=OTHER)}, "the locked packages were others"),
        ({"candidate": candidate(settings=OTHER)}, "app: in deploy.yml has changed"),
        ({"candidate": candidate(provisioning="x")}, "what provisions a host has changed"),
        ({"candidate": candidate(files={NGINX: OTHER})}, f"{NGINX} on staging would be another"),
        ({"candidate": candidate(files={})}, f"{NGINX} on staging would be another"),
        ({"host": fingerprint(os="debian 13")}, "production runs debian 13"),
        ({"now": RECEIPT.finished + timedelta(days=8)}, "was 8 days ago; deploy.yml takes 7"),
        ({"now": RECEIPT.finished - timedelta(hours=1)}, "which is yet to come"),
        ({"receipt": receipt(verdict="failed")}, "did not pass: failed"),
        (
            {"receipt": receipt(phases=(Phase(name="verify", state="failed"),))},
            "did not pass: verify",
        ),
        (
            {"receipt": receipt(phases=(Phase(name="rollback", state="left out"),))},
            "not a whole one, it left out: rollback",
        ),
        (
            {"receipt": receipt(suites=(RECEIPT.suites[0].model_copy(update={"failed": 1}),))},
            "did not pass: host",
        ),
    ],
)
def test_what_was_not_rehearsed_is_told(given: dict[str, Any], told: str) -> None:
    [difference] = found(**given)

    assert told in difference


def test_all_differences_are_told_at_once() -> None:
    assert len(found(host=fingerprint(python="3.13"), candidate=candidate(settings=OTHER))) == 2
