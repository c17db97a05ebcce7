"""Each thing that a receipt doesn't cover is one sentence."""

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
    """The differences to a deploy of exactly what was rehearsed, except for what is given."""
    wanted: dict[str, Any] = {
        "receipt": RECEIPT,
        "candidate": CANDIDATE,
        "host": STAGING,
        "host_name": "production",
        "now": HOUR_LATER,
        "max_age": timedelta(days=7),
    }
    return differences(**{**wanted, **given})


def test_what_was_rehearsed_has_no_difference() -> None:
    assert found() == ()
    assert found(now=RECEIPT.finished + timedelta(days=7)) == ()


def test_another_commit_with_the_same_files_is_no_difference() -> None:
    assert found(candidate=other_artifact(commit=40 * "b")) == ()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"candidate": other_artifact(commit=40 * "b", source=OTHER)},
            "commit c0ffee000000 was rehearsed, this is bbbbbbbbbbbb",
        ),
        (
            {"candidate": other_artifact(source=OTHER)},
            "the source of commit c0ffee000000 differs from the rehearsed one",
        ),
        (
            {"candidate": other_artifact(lock=OTHER)},
            "lock file 333333333333 was rehearsed, this is aaaaaaaaaaaa",
        ),
        ({"candidate": candidate(settings=OTHER)}, "app: in deploy.yml has changed"),
        ({"candidate": candidate(provisioning="x")}, "provisioning has changed"),
        ({"candidate": candidate(files={NGINX: OTHER})}, f"{NGINX} on staging would differ"),
        ({"candidate": candidate(files={})}, f"{NGINX} on staging would differ"),
        ({"host": fingerprint(os="debian 13")}, "production runs debian 13"),
        ({"now": RECEIPT.finished + timedelta(days=8)}, "is 8 days old; deploy.yml accepts 7"),
        ({"now": RECEIPT.finished - timedelta(hours=1)}, "which is in the future"),
        ({"receipt": receipt(verdict="failed")}, "did not pass: failed"),
        (
            {"receipt": receipt(phases=(Phase(name="verify", state="failed"),))},
            "did not pass: verify",
        ),
        (
            {"receipt": receipt(phases=(Phase(name="rollback", state="left out"),))},
            "was incomplete: it left out rollback",
        ),
        (
            {"receipt": receipt(suites=(RECEIPT.suites[0].model_copy(update={"failed": 1}),))},
            "did not pass: host",
        ),
    ],
)
def test_what_was_not_rehearsed_is_named(given: dict[str, Any], sentence: str) -> None:
    [difference] = found(**given)

    assert sentence in difference


@pytest.mark.parametrize(
    ("used", "accepted", "is_covered"),
    [
        ("lxc", (), True),
        ("lxc", ("libvirt", "lxc"), True),
        ("libvirt", ("libvirt",), True),
        ("lxc", ("libvirt",), False),
        (None, ("libvirt",), False),
    ],
)
def test_project_can_demand_a_virtual_machine(
    used: str | None, accepted: tuple[str, ...], is_covered: bool
) -> None:
    versions = RECEIPT.versions.model_copy(update={"provider": used})
    sentences = found(receipt=receipt(versions=versions), providers=accepted)
    assert bool(sentences) != is_covered
    assert all(f"with provider {used or 'unknown'}" in sentence for sentence in sentences)


def test_all_differences_are_named_at_once() -> None:
    assert len(found(host=fingerprint(python="3.13"), candidate=candidate(settings=OTHER))) == 2
