"""Which release is which, and which ones may go."""

from pathlib import PurePosixPath

import pytest

from tests.unit.fakes import manifest
from understudy.release.layout import Paths, before, newest_first, release_id, to_remove

CONTENTS = ["tree", "lock", "3.11", "environment"]


def test_id_begins_with_the_commit() -> None:
    assert release_id("0123456789abcdef", CONTENTS).startswith("01234567-")


@pytest.mark.parametrize("changed", range(len(CONTENTS)))
def test_id_depends_on_all_contents_of_the_release(changed: int) -> None:
    others = list(CONTENTS)
    others[changed] += "x"

    assert release_id("c0ffee", others) != release_id("c0ffee", CONTENTS)


def test_id_depends_on_where_one_content_ends_and_the_next_begins() -> None:
    assert release_id("c0ffee", ["ab", "c"]) != release_id("c0ffee", ["a", "bc"])


def test_id_is_safe_in_a_unit_name_and_a_path() -> None:
    """The characters that understudy-site takes; see provision/71-site.sh."""
    assert set(release_id("0123456789abcdef", CONTENTS)) <= set("0123456789abcdef-")


def test_releases_of_one_second_have_an_order_too() -> None:
    releases = [manifest(name, "2024-01-01T00:00:00+00:00") for name in ("b", "c", "a")]

    assert newest_first(releases) == newest_first(list(reversed(releases)))


FIVE = [manifest(f"r{day}", f"2024-01-0{day + 1}") for day in (2, 0, 4, 1, 3)]
ALL = {f"r{day}" for day in range(5)}


@pytest.mark.parametrize(
    ("current", "served", "keep", "gone"),
    [
        pytest.param("r4", ALL, 3, ["r1", "r0"], id="newest-serves"),
        pytest.param("r0", ALL, 3, ["r2", "r1"], id="oldest-serves-after-a-rollback"),
        pytest.param(None, ALL, 3, ["r1", "r0"], id="nothing-serves"),
        pytest.param("r0", ALL, 1, ["r4", "r3", "r2", "r1"], id="only-what-serves"),
        pytest.param("r4", ALL, 5, [], id="just-enough"),
        pytest.param("r4", ALL, 99, [], id="fewer-than-kept"),
        pytest.param("r4", {"r4", "r0"}, 2, ["r2", "r1"], id="failed-ones-push-out-no-good-one"),
        pytest.param("r0", {"r0"}, 3, ["r3", "r2", "r1"], id="only-the-last-failed-one"),
    ],
)
def test_oldest_releases_are_removed_first_and_never_the_live_one(
    current: str | None, served: set[str], keep: int, gone: list[str]
) -> None:
    assert [release.id for release in to_remove(FIVE, current, served, keep)] == gone


@pytest.mark.parametrize(
    ("current", "served", "found"),
    [
        ("r4", ALL, "r3"),
        ("r3", ALL, "r2"),
        ("r4", {"r4", "r1", "r0"}, "r1"),
        ("r0", ALL, None),
        ("r4", {"r4"}, None),
        (None, ALL, None),
        ("gone", ALL, None),
    ],
)
def test_rollback_goes_to_the_newest_earlier_release_that_was_live(
    current: str | None, served: set[str], found: str | None
) -> None:
    earlier = before(FIVE, current, served)

    assert (earlier and earlier.id) == found


def test_data_is_in_no_release() -> None:
    paths = Paths(PurePosixPath("/srv/shop"))

    for data in (paths.database, paths.media, paths.env):
        assert not data.is_relative_to(paths.releases)
    assert paths.release("r1").parent == paths.release("r2").parent
    assert paths.socket("r1") != paths.socket("r2"), "two releases run side by side for a while"


def test_paths_are_those_of_the_hosts_programs() -> None:
    """The query of facts.py, understudy-site and nginx have them as text."""
    paths = Paths(PurePosixPath("/srv/shop"))

    assert {
        *(paths.current, paths.previous, paths.candidate, paths.lock, paths.env, paths.packages),
        *(paths.staged, paths.database, paths.media, paths.backups, paths.venvs, paths.releases),
        *(paths.release("r1"), paths.served_mark("r1"), paths.static("r1"), paths.hold("r1")),
        *(paths.static_mark("r1"), paths.socket("r1")),
    } == {
        *(PurePosixPath("/srv/shop") / name for name in ("current", "previous", "candidate")),
        *(PurePosixPath("/srv/shop") / name for name in ("lock", "venvs", "releases")),
        *(PurePosixPath("/srv/shop/cache") / name for name in ("packages", "files")),
        *(PurePosixPath("/srv/shop/shared") / n for n in ("database", "media", "backups", "env")),
        *(PurePosixPath("/srv/shop/releases") / name for name in ("r1", "r1/served")),
        *(PurePosixPath("/srv/shop/static") / name for name in ("r1", "r1.made")),
        *(PurePosixPath("/run/shop") / name for name in ("r1.hold", "r1.sock")),
    }
