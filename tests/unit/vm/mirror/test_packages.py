"""Packages of a box: production's versions where the archive has them, or the nearest ones, reported."""

from collections.abc import Sequence

import pytest

from tests.unit.mirror_samples import of, production, with_entries
from understudy.parity.capture.value import Capture
from understudy.vm.mirror import left_out
from understudy.vm.mirror.archive import Fits, choose, compatible
from understudy.vm.mirror.unmatched import summary, text, unmatched
from understudy.vm.mirror.versions import nearest, order

NAME = "provision/production.lock.yml"


def record(package: str, version: str, source: str = "") -> str:
    lines = [f"Package: {package}", *([f"Source: {source}"] if source else [])]
    return "\n".join((*lines, f"Version: {version}", ""))


def anything(preferences: str, names: Sequence[str]) -> bool:
    return True


def preferences(capture: Capture, *records: str, fits: Fits = anything) -> list[list[str]]:
    made = choose(of(capture), "".join(records), ("nginx",), fits).preferences
    return [paragraph.splitlines() for paragraph in made.split("\n\n") if paragraph]


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


def test_older_version_is_pinned_with_its_source_package() -> None:
    capture = production(packages={"libc6": "2.36-9"})

    pins = preferences(
        capture, record("libc6", "2.36-10", "glibc"), record("libc6", "2.36-9", "glibc")
    )

    assert pins == [
        ["Package: libc6", "Pin: version 2.36-9", "Pin-Priority: 1001"],
        ["Package: src:glibc", "Pin: version 2.36-9", "Pin-Priority: 1001"],
    ]


def test_newest_version_needs_no_pin() -> None:
    capture = production(packages={"zlib1g": "1:1.2.13"})

    assert preferences(capture, record("zlib1g", "1:1.2.13"), record("zlib1g", "1:1.2.12")) == []


def test_source_package_is_named_without_its_version() -> None:
    capture = production(packages={"aa": "1"})

    pins = preferences(capture, record("aa", "2", "bb (2.0-1)"), record("aa", "1", "bb (1.0-1)"))

    assert pins[1][0] == "Package: src:bb"


def test_version_gone_from_the_archive_is_replaced_by_the_nearest() -> None:
    capture = production(packages={"aa": "1.0-3"})

    pins = preferences(capture, record("aa", "1.0-9"), record("aa", "1.0-5"))

    assert pins[0][1] == "Pin: version 1.0-5"


def test_manually_installed_package_is_installed_if_the_archive_has_it() -> None:
    capture = production(
        packages={"redis-server": "5:7", "own-agent": "1.0", "libhiredis": "1"},
        manual={"redis-server": "yes", "own-agent": "yes"},
    )
    answer = record("redis-server", "5:7") + record("libhiredis", "1")

    assert choose(of(capture), answer, (), anything).install == ("redis-server",)


def test_other_packages_in_the_archives_output_are_ignored() -> None:
    assert preferences(production(packages={"aa": "1"}), record("bb", "2"), record("bb", "1")) == []


def test_version_that_conflicts_is_left_to_apt_and_the_others_are_pinned() -> None:
    capture = production(packages={"aa": "1", "bb": "1", "cc": "1"})
    records = [record(name, version) for name in ("aa", "bb", "cc") for version in ("1", "2")]

    pins = preferences(capture, *records, fits=lambda preferences, _: ": bb\n" not in preferences)

    assert [pin[0] for pin in pins] == [
        "Package: aa",
        "Package: cc",
        "Package: src:aa",
        "Package: src:cc",
    ]


def test_installed_packages_must_not_conflict_with_those_of_every_box() -> None:
    capture = production(packages={"chrony": "1", "git": "1"}, manual={"chrony": "y", "git": "y"})
    asked = []

    def fits(preferences: str, names: Sequence[str]) -> bool:
        asked.append([*names])
        return "chrony" not in names

    made = choose(of(capture), record("chrony", "1") + record("git", "1"), ("ntpsec",), fits)

    assert made.install == ("git",)
    assert all("ntpsec" in names for names in asked)


def test_compatible_items_keep_their_order_and_are_tried_together_first() -> None:
    asked = []

    def good(items: Sequence[int]) -> bool:
        asked.append([*items])
        return not {3, 6} & {*items}

    assert compatible([1, 2, 4, 5], good) == [1, 2, 4, 5]
    assert len(asked) == 1
    assert compatible([1, 2, 3, 4, 5, 6, 7], good) == [1, 2, 4, 5, 7]
    assert compatible([3], good) == []
    assert compatible([], good) == []


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


BOX = {"nginx": "1.22.1-9+deb12u9", "python3": "3.11.2-1+b1", "grub-pc": "2.06"}


def test_unmatched_file_shows_both_versions_and_why_it_matters() -> None:
    found = of(with_entries("packages", nginx="1.24.0-1", libgone="1.0"))

    shown = text(NAME, found, unmatched(found, BOX))

    assert NAME in shown.splitlines()[0]
    assert "2 of 3 packages" in shown
    [nginx] = [line for line in shown.splitlines() if "packages.nginx" in line]
    assert "1.24.0-1" in nginx
    assert "1.22.1-9+deb12u9" in nginx
    [redis] = [line for line in shown.splitlines() if "packages.redis-server" in line]
    assert "(none)" in redis
    assert "another web server or version" in shown
    assert "libgone" not in shown, "it was not asked for, and nothing on the box needs it"


def test_summary_is_one_line() -> None:
    found = of(production())

    assert summary(found, unmatched(found, BOX)) == (
        "bookworm, 4096 MiB, 4 processors, 1 of 3 packages, locale de_DE.UTF-8, "
        "time zone Europe/Berlin, 1024 MiB of swap, 1 kernel settings"
    )
    assert "packages" not in summary(found, None)
