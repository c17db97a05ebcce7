"""What a deploy removes from a host at its end, and what it keeps."""

from dataclasses import replace
from pathlib import PurePosixPath

from tests.unit.deploy.test_plan import titles
from tests.unit.fakes import facts, manifest
from tests.unit.plans import NEW, OLD, SHIPMENT, desired_state, live_host
from understudy.deploy.plan import make_plan
from understudy.host.actions import Run


def test_desired_release_is_kept_even_if_another_is_newer() -> None:
    newer = manifest(OLD, "2025-01-01")
    observed = live_host(
        releases=(newer, manifest(NEW, "2024-02-01")),
        current=OLD,
        running=frozenset({OLD, NEW}),
        served=frozenset({OLD, NEW}),
    )

    [remove] = [
        run
        for run in make_plan(desired_state(app={"keep_releases": 1}), SHIPMENT, observed)
        if isinstance(run, Run) and run.title == "remove old releases"
    ]

    assert remove.argv[-1] == f"/srv/shop/releases/{OLD}"
    assert f"/srv/shop/releases/{NEW}" not in remove.argv


def test_leftovers_of_killed_deploys_are_removed() -> None:
    left = [PurePosixPath("/srv/shop/releases/half"), PurePosixPath("/srv/shop/venvs/half")]
    mine = [PurePosixPath(f"/srv/shop/releases/{NEW}"), PurePosixPath("/srv/shop/venvs/lock1")]

    remove, static = make_plan(
        desired_state(), SHIPMENT, facts(half_made=frozenset([*left, *mine]))
    )[-2:]

    assert isinstance(remove, Run)
    assert remove.argv[-2:] == tuple(map(str, left))
    assert isinstance(static, Run)
    assert static.argv[2:] == ("/srv/shop/static/half", "/srv/shop/static/half.made")


def test_app_user_removes_the_static_files_of_removed_releases() -> None:
    old = [manifest(f"old{day}", f"2023-01-0{day}") for day in range(1, 7)]

    [*_, removal] = make_plan(
        desired_state(),
        SHIPMENT,
        live_host(
            releases=(*old, manifest(NEW, "2024-02-01")),
            served=frozenset({NEW, *(release.id for release in old)}),
        ),
    )

    assert isinstance(removal, Run)
    assert removal.argv[:2] == ("rm", "-rf")
    assert [path for path in removal.argv[2:] if not path.endswith(".made")] == [
        "/srv/shop/static/old2",
        "/srv/shop/static/old1",
    ]
    assert removal.user == "shop"


def test_oldest_releases_and_unused_environments_are_removed() -> None:
    releases = [manifest(f"old{day}", f"2024-01-0{day}", f"lock{day}") for day in range(1, 7)]
    releases[1] = replace(releases[1], lock="lock6")
    observed = live_host(
        releases[5],
        releases=tuple(releases),
        served=frozenset(release.id for release in releases),
        venvs=frozenset(release.lock for release in releases) | {"lock1", "stray"},
    )

    remove = make_plan(desired_state(manifest(NEW, "2024-02-01")), SHIPMENT, observed)[-2]

    assert isinstance(remove, Run)
    assert [word for word in remove.argv if word.startswith("/srv")] == [
        "/srv/shop/releases/old2",
        "/srv/shop/releases/old1",
        "/srv/shop/venvs/stray",
    ]


def test_release_is_removed_only_after_it_has_ended() -> None:
    """Its last requests may still need its files. A release that is kept is not waited for."""
    observed = live_host(manifest(OLD))
    kept, gone = (titles(observed, desired_state(app={"keep_releases": count})) for count in (2, 1))

    assert kept[-1] == f"drain {OLD}"
    assert gone[-4:] == [
        f"drain {OLD}",
        f"wait until {OLD} has ended",
        "remove old releases",
        "remove the static files of old releases",
    ]
