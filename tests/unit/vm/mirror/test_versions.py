"""Versions of Debian packages: their order, and the nearest one."""

import pytest

from understudy.vm.mirror.versions import nearest, order


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.0", "1.1"),
        ("1.9", "1.10"),
        ("1.0~rc1", "1.0"),
        ("1.0~~", "1.0~"),
        ("1.0", "1.0a"),
        ("1.0a", "1.0+"),
        ("1.0-1", "1.0-1+b1"),
        ("1.0-1~bpo12", "1.0-1"),
        ("9.9", "1:0.1"),
        ("1.0", "1.0-1"),
        ("2.36-9+deb12u7", "2.36-9+deb12u14"),
    ],
)
def test_versions_are_ordered_as_dpkg_orders_them(older: str, newer: str) -> None:
    assert order(older) < order(newer)


@pytest.mark.parametrize("equal", [("1.0", "0:1.0"), ("1.0", "1.0-0"), ("1.01", "1.1")])
def test_equal_versions_have_the_same_order(equal: tuple[str, str]) -> None:
    assert order(equal[0]) == order(equal[1])


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        ("1.22-9", ["1.22-9", "1.22-9+u1"], "1.22-9"),
        ("1.22-9+u5", ["1.22-9+u11", "1.22-9+u9"], "1.22-9+u9"),
        ("1.22-9+u12", ["1.22-9+u11", "1.22-9+u9"], "1.22-9+u11"),
        ("1.22-9", ["1.23-1", "1.22-8"], "1.22-8"),
        ("1.22-9", ["1.20-1", "1.24-1"], "1.24-1"),
        ("1.22-9", ["1.20-1", "1.18-1"], "1.20-1"),
    ],
)
def test_nearest_version_is_found(wanted: str, there: list[str], expected: str) -> None:
    assert nearest(wanted, there) == expected
