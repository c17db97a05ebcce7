"""Production on another release than `vm.release` is warned of before a rehearsal, with what to set."""

from typing import Any

import pytest

from tests.unit.fakes import settings
from understudy.config.model import Config
from understudy.parity import other_release
from understudy.parity.capture.value import Capture


def capture(system: str) -> Capture:
    return Capture(sections={"os": {"name": system}})


def config(vm: dict[str, Any], **target: Any) -> Config:
    given = settings()
    given["targets"]["production"] = {
        **given["targets"]["staging"],
        "domain": "shop.example",
        "require_receipt": True,
        **target,
    }
    return Config.model_validate({**given, "vm": {"name": "shop", **vm}})


@pytest.mark.parametrize("target", ["production", "production:192.0.2.7"])
def test_both_names_and_what_to_set_are_said(target: str) -> None:
    said = other_release.warning(config({"release": "trixie"}), target, capture("debian 12"))

    assert said == (
        f"{target} runs debian 12, the staging VM debian 13 (vm.release: trixie), and no receipt would be "
        "accepted there: set bookworm, or leave it out"
    )


def test_target_without_receipts_has_none_to_be_accepted() -> None:
    loose = config({"release": "trixie"}, require_receipt=False)

    assert "receipt" not in other_release.warning(loose, "production", capture("debian 12"))


@pytest.mark.parametrize(
    ("vm", "target", "system"),
    [
        ({}, "production", "debian 13"),
        ({"release": "trixie"}, "production", "debian 13"),
        ({"release": "trixie"}, "staging", "debian 12"),
    ],
)
def test_vm_that_has_the_same_or_follows_the_capture_needs_no_warning(
    vm: dict[str, Any], target: str, system: str
) -> None:
    assert other_release.warning(config(vm), target, capture(system)) == ""
