"""Which steps a host needs, and in which order: the heart of a deploy."""

import json
import shlex
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.unit.fakes import facts, manifest
from tests.unit.plans import CURRENT, NEW, NGINX, OLD, SHIPMENT, UNIT, serving, wanted
from understudy.commands import limited
from understudy.deploy.desired import DesiredState
from understudy.deploy.plan import make_plan
from understudy.deploy.preview import diffs
from understudy.host.actions import Run, Stage, Start
from understudy.host.facts import ObservedState


def titles(found: ObservedState, want: DesiredState | None = None) -> list[str]:
    return [action.title for action in make_plan(want or wanted(), SHIPMENT, found)]


START = f"start {NEW} beside what serves, check its health"
ASK = f"ask {NEW} through nginx, 4 visitors at once"
SHIP = ["upload the release"]
COMMANDS = (
    "python manage.py makemigrations --check --dry-run --noinput, "
    "python manage.py collectstatic --noinput -v0, python manage.py migrate --noinput -v2"
)
INSTALL = ["upload the nginx and systemd files", "check and install them", "keep them"]
CHECKS = ["check its health through nginx, note that it served"]
SERVE = [COMMANDS, START, ASK, "switch", *CHECKS]
OLD_STILL_ANSWERS = f"{OLD} still answers / after the migration"
SERVE_AFTER_OLD = [COMMANDS, OLD_STILL_ANSWERS, START, ASK, "switch", *CHECKS]


def test_provisioned_host_gets_everything_in_order() -> None:
    assert titles(facts()) == [
        *SHIP,
        "upload 2 packages",
        "make environment lock1",
        *INSTALL,
        *SERVE,
    ]


def test_converged_host_gets_nothing() -> None:
    assert titles(serving()) == []


def test_new_code_needs_no_new_environment() -> None:
    found = serving(manifest(OLD))

    assert titles(found) == [*SHIP, *SERVE_AFTER_OLD, f"drain {OLD}"]


def test_new_lock_makes_an_environment_and_ships_the_missing_packages() -> None:
    found = serving(manifest(OLD), packages=frozenset({"a-1"}))

    planned = titles(found, wanted(manifest(NEW, "2024-02-01", lock="lock2")))

    assert planned == [
        *SHIP,
        "upload 1 packages",
        "make environment lock2",
        *SERVE_AFTER_OLD,
        f"drain {OLD}",
    ]


@pytest.mark.parametrize(
    ("changes", "planned"),
    [
        pytest.param(
            {"venvs": frozenset()}, ["make environment lock1"], id="environment-half-made"
        ),
        pytest.param({"running": frozenset()}, [COMMANDS, START, *CHECKS], id="stopped"),
        pytest.param({"served": frozenset()}, CHECKS, id="killed-before-the-check"),
        pytest.param({"current": None}, SERVE, id="killed-before-the-switch"),
        pytest.param(
            {"current": None, "running": frozenset()}, SERVE, id="killed-before-the-start"
        ),
    ],
)
def test_only_what_is_missing_is_made(changes: dict[str, Any], planned: list[str]) -> None:
    assert titles(serving(**changes)) == planned


@pytest.mark.parametrize("path", [NGINX, UNIT])
@pytest.mark.parametrize("text", ["by hand\n", "", None])
def test_file_changed_on_the_host_is_put_back_with_no_restart(path: str, text: str | None) -> None:
    files = dict(serving().files)
    files.pop(path)
    if text is not None:
        files[path] = text

    stage, install, check, keep = make_plan(wanted(), SHIPMENT, serving(files=files))

    assert isinstance(stage, Stage)
    assert {str(file.path): file.content for file in stage.files} == {
        "/srv/shop/cache/files/shop.nginx": "server {}\n",
        "/srv/shop/cache/files/shop@.service": "[Service]\n",
    }
    assert isinstance(install, Run)
    assert install.argv[0] == "sudo"
    assert isinstance(check, Run)
    assert (check.argv[-2], check.argv[-1]) == ("shop.test:80:127.0.0.1", "http://shop.test/")
    assert [undo.title for undo in check.undo] == ["put the old ones back"]
    assert keep.title == "keep them"


def test_old_release_left_running_is_drained_only_after_a_new_look_at_the_new_one() -> None:
    """A deploy can end just after the switch because the site does not answer through nginx."""
    releases = (manifest(OLD), manifest(NEW, "2024-02-01"))
    found = serving(releases=releases, running=frozenset({OLD, NEW}))

    assert titles(found) == [*CHECKS, f"drain {OLD}"]


def test_release_commands_run_as_the_apps_user_and_build_commands_do_not() -> None:
    want = wanted(app={"build_commands": [["make"]], "release_commands": [["up"], ["warm", "a b"]]})

    runs = {run.title: run for run in make_plan(want, SHIPMENT, facts()) if isinstance(run, Run)}

    program = f"/srv/shop/releases/{NEW}/run"
    assert (runs["make"].argv[-2:], runs["make"].user) == ((program, "make"), None)
    assert runs["make"].argv == limited(1800, (program, "make"))
    together = runs["up, warm 'a b', python manage.py migrate --noinput -v2"]
    warm, commands = map(shlex.split, together.argv[-2:])
    assert warm[-2:] == ["warm", NEW]
    assert commands[:5] == ["sudo", "-n", "-u", "shop", "--"]
    assert commands[-4:-1] == [program, "python", f"/srv/shop/releases/{NEW}/commands.py"]
    job = json.loads(commands[-1])
    assert job["static"] == f"/srv/shop/static/{NEW}"
    assert job["commands"] == ["up", "warm 'a b'"]
    assert job["collects"] is False, "who knows what they make"
    assert job["migrate"] == ["python manage.py migrate --noinput -v2"]
    assert "20240201T000000Z" in job["backup"][-1]


def test_djangos_own_commands_may_take_over_the_static_files_that_serve() -> None:
    for found, before in ((facts(), None), (serving(manifest(OLD)), f"/srv/shop/static/{OLD}")):
        runs = {
            run.title: run for run in make_plan(wanted(), SHIPMENT, found) if isinstance(run, Run)
        }
        job = json.loads(shlex.split(runs[COMMANDS].argv[-1])[-1])
        assert (job["collects"], job["before"]) == (True, before)


def test_host_whose_python_is_not_here_compiles_for_itself() -> None:
    shipment = replace(SHIPMENT, compiled=False)

    planned = [action.title for action in make_plan(wanted(), shipment, facts())]

    assert "compile the source" in planned
    assert "compile the source" not in titles(facts())


@pytest.mark.parametrize("compiled", [True, False])
def test_environment_and_source_are_made_for_the_hosts_python(compiled: bool) -> None:
    shipment = replace(SHIPMENT, compiled=compiled)
    found = facts(python="3.13")

    runs = {
        run.title: run.argv for run in make_plan(wanted(), shipment, found) if isinstance(run, Run)
    }

    assert runs["make environment lock1"][-5:] == (
        *("/srv/shop/venvs/lock1", "3.13", "yes" if compiled else "no"),
        *("/srv/shop/cache/packages/a-1/.", "/srv/shop/cache/packages/b-2/."),
    )
    if not compiled:
        assert runs["compile the source"][-1] == f"/srv/shop/releases/{NEW}/source"


def test_release_that_is_built_on_the_host_is_complete_only_then() -> None:
    """Killed before, its directory is none of the host's releases: the next deploy makes it again."""
    planned = titles(facts(), wanted(app={"build_commands": [["make"], ["make", "a b"]]}))

    at = planned.index("make")
    assert planned[at : at + 3] == ["make", "make a b", "mark the release complete"]
    assert "mark the release complete" not in titles(facts())


def test_old_code_is_asked_on_its_own_socket() -> None:
    [ask] = [
        run
        for run in make_plan(wanted(), SHIPMENT, serving(manifest(OLD)))
        if isinstance(run, Run) and run.title == OLD_STILL_ANSWERS
    ]

    assert ask.argv[ask.argv.index("--unix-socket") + 1] == f"/run/shop/{OLD}.sock"


def test_release_that_is_older_than_the_last_is_kept_when_it_is_the_wanted_one() -> None:
    newer = manifest(OLD, "2025-01-01")
    found = serving(
        releases=(newer, manifest(NEW, "2024-02-01")),
        current=OLD,
        running=frozenset({OLD, NEW}),
        served=frozenset({OLD, NEW}),
    )

    [remove] = [
        run
        for run in make_plan(wanted(app={"keep_releases": 1}), SHIPMENT, found)
        if isinstance(run, Run) and run.title == "remove old releases"
    ]

    assert remove.argv[-1] == f"/srv/shop/releases/{OLD}"
    assert f"/srv/shop/releases/{NEW}" not in remove.argv


def test_what_killed_deploys_of_other_commits_left_is_removed() -> None:
    left = [PurePosixPath("/srv/shop/releases/half"), PurePosixPath("/srv/shop/venvs/half")]
    mine = [PurePosixPath(f"/srv/shop/releases/{NEW}"), PurePosixPath("/srv/shop/venvs/lock1")]

    remove, static = make_plan(wanted(), SHIPMENT, facts(half_made=frozenset([*left, *mine])))[-2:]

    assert isinstance(remove, Run)
    assert remove.argv[-2:] == tuple(map(str, left))
    assert isinstance(static, Run)
    assert static.argv[2:] == ("/srv/shop/static/half", "/srv/shop/static/half.made")


def test_static_files_of_removed_releases_go_with_them_as_the_app_that_made_them() -> None:
    old = [manifest(f"old{day}", f"2023-01-0{day}") for day in range(1, 7)]

    [*_, removal] = make_plan(
        wanted(),
        SHIPMENT,
        serving(
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


def test_only_release_commands_and_the_health_check_have_the_apps_rights() -> None:
    planned = make_plan(wanted(), SHIPMENT, serving(manifest(OLD)))

    as_the_app = [
        action.title
        for action in planned
        if getattr(action, "user", None) or "-u shop" in " ".join(getattr(action, "argv", ()))
    ]
    assert as_the_app == [COMMANDS, OLD_STILL_ANSWERS, START]


def test_new_release_is_asked_on_its_own_socket() -> None:
    [start] = [
        action for action in make_plan(wanted(), SHIPMENT, facts()) if isinstance(action, Start)
    ]

    [check] = start.checks
    assert check[check.index("--unix-socket") + 1] == f"/run/shop/{NEW}.sock"


def test_retention_removes_the_oldest_and_the_environments_that_no_other_uses() -> None:
    releases = [manifest(f"old{day}", f"2024-01-0{day}", f"lock{day}") for day in range(1, 7)]
    releases[1] = replace(releases[1], lock="lock6")
    found = serving(
        releases[5],
        releases=tuple(releases),
        served=frozenset(release.id for release in releases),
        venvs=frozenset(release.lock for release in releases) | {"lock1", "stray"},
    )

    remove = make_plan(wanted(manifest(NEW, "2024-02-01")), SHIPMENT, found)[-2]

    assert isinstance(remove, Run)
    assert [word for word in remove.argv if word.startswith("/srv")] == [
        "/srv/shop/releases/old2",
        "/srv/shop/releases/old1",
        "/srv/shop/venvs/stray",
    ]


def test_what_fails_after_the_switch_does_not_say_that_the_old_release_serves() -> None:
    want = wanted(app={"keep_releases": 1})
    planned = [a for a in make_plan(want, SHIPMENT, serving(manifest(OLD))) if isinstance(a, Run)]
    at = [run.title for run in planned].index(CHECKS[0])

    assert all("What served before still serves" in run.hint for run in planned[:at])
    assert "switched back" in planned[at].hint
    assert all("switched to already" in run.hint for run in planned[at + 1 :])


def test_plan_does_not_depend_on_the_order_in_which_a_set_happens_to_be() -> None:
    running = [f"r{number}" for number in range(20)]
    found = serving(running=frozenset({*running, NEW}), venvs=frozenset({*running, "lock1"}))

    *drains, remove = make_plan(wanted(), SHIPMENT, found)[len(CHECKS) :]

    assert [action.title for action in drains] == [f"drain {name}" for name in sorted(running)]
    assert isinstance(remove, Run)
    assert remove.argv[-20:] == tuple(f"/srv/shop/venvs/{name}" for name in sorted(running))


def test_diff_shows_the_hosts_text_first() -> None:
    [diff] = diffs(wanted(), serving(files={**serving().files, NGINX: "server { by hand }\n"}))

    assert diff.splitlines() == [
        f"--- host:{NGINX}",
        f"+++ wanted:{NGINX}",
        "@@ -1 +1 @@",
        "-server { by hand }",
        "+server {}",
    ]


def test_diff_leaves_out_what_differs_in_every_release() -> None:
    found = serving(manifest(OLD))

    assert diffs(wanted(), found) == []


def test_changed_value_of_the_environment_is_in_the_diff() -> None:
    files = {**serving().files, f"{CURRENT}/environment": f"RELEASE={OLD}\nX=0\n"}

    [diff] = diffs(wanted(), serving(manifest(OLD), files=files))

    assert [line for line in diff.splitlines() if line[:2] in ("-X", "+X")] == ["-X=0", "+X=1"]
    assert "RELEASE=ID" in diff


def test_first_deploy_shows_each_file_as_new() -> None:
    assert [diff.splitlines()[0] for diff in diffs(wanted(), facts())] == ["--- /dev/null"] * 3


def test_host_file_without_a_line_end_does_not_run_into_the_next_line() -> None:
    [diff] = diffs(wanted(), serving(files={**serving().files, NGINX: "by hand"}))

    assert diff.splitlines()[-3:] == ["-by hand", "\\ no newline at its end", "+server {}"]


def test_what_drains_has_ended_before_it_is_removed() -> None:
    """Its last requests may still need its files. Where it is kept, nobody waits for it."""
    found = serving(manifest(OLD))
    kept, gone = (titles(found, wanted(app={"keep_releases": count})) for count in (2, 1))

    assert kept[-1] == f"drain {OLD}"
    assert gone[-4:] == [
        f"drain {OLD}",
        f"wait for the end of {OLD}",
        "remove old releases",
        "remove their static files",
    ]


def test_hint_is_about_migrations_only_if_one_had_begun() -> None:
    """makemigrations --check fails before: then the database is as it was."""
    [commands] = [
        action
        for action in make_plan(wanted(), SHIPMENT, serving(manifest(OLD)))
        if isinstance(action, Run) and action.title == COMMANDS
    ]

    assert "restore" not in commands.hint_for("==> python manage.py makemigrations --check\n")
    assert "restore" not in commands.hint_for("==> migrate\n"), "there was no database to save"
    assert "restore" in commands.hint_for("==> migrate\n==> back up the database\n")
