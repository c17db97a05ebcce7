"""Versions of a box: production's where the archive has them, or the nearest ones."""

from collections.abc import Sequence

from tests.unit.mirror_samples import of, production
from understudy.parity.capture.value import Capture
from understudy.vm.mirror.archive import Fits, choose, compatible


def record(package: str, version: str, source: str = "") -> str:
    lines = [f"Package: {package}", *([f"Source: {source}"] if source else [])]
    return "\n".join((*lines, f"Version: {version}", ""))


def anything(preferences: str, names: Sequence[str]) -> bool:
    return True


def preferences(capture: Capture, *records: str, fits: Fits = anything) -> list[list[str]]:
    made = choose(of(capture), "".join(records), ("nginx",), fits).preferences
    return [paragraph.splitlines() for paragraph in made.split("\n\n") if paragraph]


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
