"""Which of production's packages and versions a box is to have."""

import pytest

from tests.unit.mirror_samples import of, production
from understudy.vm.mirror import left_out


@pytest.mark.parametrize(
    "name",
    ["linux-image-6.1.0-37-amd64", "grub-efi-amd64", "cloud-init", "openssh-server", "postfix"],
)
def test_package_that_no_app_uses_is_left_out(name: str) -> None:
    found = of(production(packages={name: "1"}, manual={name: "yes"}))

    assert (found.versions, found.install) == ({}, ())
    assert left_out.why(name, left_out.PACKAGES)


@pytest.mark.parametrize(
    ("name", "version"),
    [("nginx", "1\nPin-Priority: 9999"), ("nginx", "*"), ("nginx", ""), ("-o", "1"), ("A b", "1")],
)
def test_malformed_entry_is_ignored(name: str, version: str) -> None:
    assert of(production(packages={name: version})).versions == {}


def test_held_package_has_its_version() -> None:
    assert of(production()).versions["redis-server"] == "5:7.0.15-1~deb12u1"
