"""Which steps a host needs, and in which order: the core of a deploy."""

import json
import shlex
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.fakes import facts, manifest
from tests.unit.plans import CURRENT, NEW, NGINX, OLD, SHIPMENT, UNIT, desired_state, live_host
from understudy.commands import app as app_commands
from understudy.commands import limited
from understudy.deploy.desired import DesiredState, InMaintenance
from understudy.deploy.plan import make_plan
from understudy.host import branches
from understudy.host.actions import Run, Start, WriteFiles
from understudy.host.facts import ObservedState
from understudy.release.render import RenderedFile


def titles(observed: ObservedState, desired: DesiredState | None = None) -> list[str]:
    return [action.title for action in make_plan(desired or desired_state(), SHIPMENT, observed)]


START = f"start release {NEW} and check its health"
START_BESIDE = f"start release {NEW} beside the live one and check its health"
CHECK = f"check {NEW} through nginx as 4 visitors at once"
SWITCH = f"switch to {NEW}"
SHIP = ["upload the release"]
COMMANDS = "run 3 release commands"
INSTALL = [
    "upload the nginx and systemd files",
    "check and install the nginx and systemd files",
    "confirm the nginx and systemd files",
]
CONFIRM_LIVE = [f"check health through nginx, record {NEW} as live"]
GO_LIVE = [COMMANDS, START, CHECK, SWITCH, *CONFIRM_LIVE]
OLD_STILL_ANSWERS = f"check that {OLD} still answers /"
GO_LIVE_AFTER_OLD = [COMMANDS, OLD_STILL_ANSWERS, START_BESIDE, CHECK, SWITCH, *CONFIRM_LIVE]


def test_provisioned_host_gets_all_steps_in_order() -> None:
    assert titles(facts()) == [
        *SHIP,
        "upload 2 packages",
        "make environment lock1",
        *INSTALL,
        *GO_LIVE,
    ]


def test_packages_travel_while_the_release_is_unpacked_and_its_files_are_checked() -> None:
    both, *others = branches.split(make_plan(desired_state(), SHIPMENT, facts()))

    assert [[action.title for action in steps] for steps in both.values()] == [
        [*SHIP, *INSTALL],
        ["upload 2 packages", "make environment lock1"],
    ]
    assert [len(part) for part in others] == [1]


def test_files_are_not_installed_before_the_build_has_ended() -> None:
    """A build may fail, and needs both the release and its environment."""
    desired = desired_state(app={"build_commands": [["make"]]})

    both, build, files, *_ = branches.split(make_plan(desired, SHIPMENT, facts()))

    assert len(both) == 2
    assert [action.title for action in build[""]] == ["make", "mark the release complete"]
    assert [action.title for action in files["release"]] == INSTALL


def test_converged_host_gets_no_steps() -> None:
    assert titles(live_host()) == []


def test_new_code_needs_no_new_environment() -> None:
    observed = live_host(manifest(OLD))

    assert titles(observed) == [*SHIP, *GO_LIVE_AFTER_OLD, f"drain {OLD}"]


def test_new_lock_makes_an_environment_and_ships_the_missing_packages() -> None:
    observed = live_host(manifest(OLD), packages=frozenset({"a-1"}))

    planned = titles(observed, desired_state(manifest(NEW, "2024-02-01", lock="lock2")))

    assert planned == [
        *SHIP,
        "upload 1 package",
        "make environment lock2",
        *GO_LIVE_AFTER_OLD,
        f"drain {OLD}",
    ]


@pytest.mark.parametrize(
    ("changes", "planned"),
    [
        pytest.param(
            {"venvs": frozenset()}, ["make environment lock1"], id="environment-half-made"
        ),
        pytest.param({"running": frozenset()}, [COMMANDS, START, *CONFIRM_LIVE], id="stopped"),
        pytest.param({"served": frozenset()}, CONFIRM_LIVE, id="killed-before-the-check"),
        pytest.param({"current": None}, GO_LIVE, id="killed-before-the-switch"),
        pytest.param(
            {"current": None, "running": frozenset()}, GO_LIVE, id="killed-before-the-start"
        ),
    ],
)
def test_only_what_is_missing_is_made(changes: dict[str, Any], planned: list[str]) -> None:
    assert titles(live_host(**changes)) == planned


@pytest.mark.parametrize("path", [NGINX, UNIT])
@pytest.mark.parametrize("text", ["by hand\n", "", None])
def test_file_changed_on_the_host_is_restored_without_a_restart(
    path: str, text: str | None
) -> None:
    files = dict(live_host().files)
    files.pop(path)
    if text is not None:
        files[path] = text

    upload, install, check, confirm = make_plan(desired_state(), SHIPMENT, live_host(files=files))

    assert isinstance(upload, WriteFiles)
    assert {str(file.path): file.content for file in upload.files} == {
        "/srv/shop/cache/files/shop.nginx": "server {}\n",
        "/srv/shop/cache/files/shop@.service": "[Service]\n",
        "/srv/shop/cache/files/shop.units": "",
    }
    assert isinstance(install, Run)
    assert install.argv[0] == "sudo"
    assert isinstance(check, Run)
    assert (check.argv[-2], check.argv[-1]) == ("shop.test:80:127.0.0.1", "http://shop.test/")
    assert [undo.title for undo in check.undo] == ["restore the old nginx and systemd files"]
    assert confirm.title == "confirm the nginx and systemd files"


def test_old_release_left_running_is_drained_only_after_the_new_one_is_checked() -> None:
    """A deploy can be killed just after its switch."""
    releases = (manifest(OLD), manifest(NEW, "2024-02-01"))
    observed = live_host(releases=releases, running=frozenset({OLD, NEW}))

    assert titles(observed) == [*CONFIRM_LIVE, f"drain {OLD}"]


def test_release_commands_run_as_the_apps_user_and_build_commands_do_not() -> None:
    desired = desired_state(
        app={"build_commands": [["make"]], "release_commands": [["up"], ["warm", "a b"]]}
    )

    runs = {run.title: run for run in make_plan(desired, SHIPMENT, facts()) if isinstance(run, Run)}

    program = f"/srv/shop/releases/{NEW}/run"
    assert (runs["make"].argv[-2:], runs["make"].user) == ((program, "make"), None)
    assert runs["make"].argv == limited(1800, (program, "make"))
    together = runs["run 3 release commands"]
    assert together.commands == ("up", "warm 'a b'", "python manage.py migrate --noinput -v2")
    warm, commands = map(shlex.split, together.argv[-2:])
    assert warm[-2:] == ["warm", NEW]
    assert commands[:5] == ["sudo", "-n", "-u", "shop", "--"]
    assert commands[-4:-1] == [program, "python", f"/srv/shop/releases/{NEW}/commands.py"]
    job = json.loads(commands[-1])
    assert job["static"] == f"/srv/shop/static/{NEW}"
    assert job["commands"] == ["up", "warm 'a b'"]
    assert job["collects"] is False, "they may make other files"
    assert job["migrate"] == ["python manage.py migrate --noinput -v2"]
    assert "20240201T000000Z" in job["backup"][-1]


@pytest.mark.parametrize("timers", [{}, {"prune": {"command": "prune", "calendar": "daily"}}])
def test_timers_wait_while_release_commands_run(timers: dict[str, Any]) -> None:
    plan = make_plan(desired_state(timers=timers), SHIPMENT, facts())

    [commands] = [run for run in plan if isinstance(run, Run) and run.title == COMMANDS]

    as_the_app = shlex.split(commands.argv[-1])
    assert ("/srv/shop/locks/migrating" in as_the_app) == bool(timers)


def test_djangos_own_commands_may_reuse_the_live_static_files() -> None:
    for observed, before in (
        (facts(), None),
        (live_host(manifest(OLD)), f"/srv/shop/static/{OLD}"),
    ):
        runs = {
            run.title: run
            for run in make_plan(desired_state(), SHIPMENT, observed)
            if isinstance(run, Run)
        }
        job = json.loads(shlex.split(runs[COMMANDS].argv[-1])[-1])
        assert (job["collects"], job["before"]) == (True, before)


@pytest.mark.parametrize(
    ("commands", "files", "reused"),
    [
        (None, {f"{CURRENT}/understudy_precompressed.py": "#"}, True),
        # A release of an older Understudy: the app itself may have made what is named like a copy.
        (None, {}, False),
        # Other commands may write into files that they made before, and these are the live release's then.
        ([["npm", "run", "build"]], {f"{CURRENT}/understudy_precompressed.py": "#"}, False),
    ],
)
def test_compressed_copies_of_the_live_release_are_reused_if_they_are_all_ours(
    commands: list[list[str]] | None, files: dict[str, str], reused: bool
) -> None:
    desired = desired_state(app={"release_commands": commands} if commands else {})
    observed = live_host(manifest(OLD), files=files)
    title = COMMANDS if not commands else "run 2 release commands"

    run = next(step for step in make_plan(desired, SHIPMENT, observed) if step.title == title)

    assert isinstance(run, Run)
    copies = json.loads(shlex.split(run.argv[-1])[-1])["copies"]
    assert copies["suffixes"] == [".gz"]
    assert copies["before"] == (f"/srv/shop/static/{OLD}" if reused else None)


def test_host_compiles_if_this_machine_lacks_its_python() -> None:
    shipment = replace(SHIPMENT, compiled=False)

    planned = [action.title for action in make_plan(desired_state(), shipment, facts())]

    assert "compile the source" in planned
    assert "compile the source" not in titles(facts())


@pytest.mark.parametrize("compiled", [True, False])
def test_environment_and_source_are_made_for_the_hosts_python(compiled: bool) -> None:
    shipment = replace(SHIPMENT, compiled=compiled)
    observed = facts(python="3.13")

    runs = {
        run.title: run.argv
        for run in make_plan(desired_state(), shipment, observed)
        if isinstance(run, Run)
    }

    assert runs["make environment lock1"][-5:] == (
        *("/srv/shop/venvs/lock1", "3.13", "yes" if compiled else "no"),
        *("/srv/shop/cache/packages/a-1/.", "/srv/shop/cache/packages/b-2/."),
    )
    if not compiled:
        assert runs["compile the source"][-1] == f"/srv/shop/releases/{NEW}/source"


def test_release_that_is_built_on_the_host_is_complete_after_its_build() -> None:
    """If the deploy is killed before, the next one makes the release again."""
    planned = titles(facts(), desired_state(app={"build_commands": [["make"], ["make", "a b"]]}))

    at = planned.index("make")
    assert planned[at : at + 3] == ["make", "make a b", "mark the release complete"]
    assert "mark the release complete" not in titles(facts())


@pytest.mark.parametrize(
    "command", [["npm", "run", *("--flag" for _ in range(20))], ["sh", "a\nb"]]
)
def test_no_title_is_longer_than_a_line_and_a_long_command_is_shown_below_it(
    command: list[str],
) -> None:
    desired = desired_state(app={"build_commands": [command]})
    planned = make_plan(desired, SHIPMENT, live_host(manifest(OLD)))

    assert max(len(action.title) for action in planned) <= 75
    assert not [action.title for action in planned if "\n" in action.title]
    [built] = [action for action in planned if action.title.startswith(command[0])]
    assert isinstance(built, Run)
    assert built.commands == (" ".join(command),)


def test_old_code_is_checked_on_its_own_socket() -> None:
    [ask] = [
        run
        for run in make_plan(desired_state(), SHIPMENT, live_host(manifest(OLD)))
        if isinstance(run, Run) and run.title == OLD_STILL_ANSWERS
    ]

    assert ask.argv[ask.argv.index("--unix-socket") + 1] == f"/run/shop/{OLD}.sock"


def job_of(desired: DesiredState, observed: ObservedState) -> dict[str, Any]:
    """What templates/commands.py gets."""
    [run] = [
        one for one in make_plan(desired, SHIPMENT, observed) if "release command" in one.title
    ]
    assert isinstance(run, Run)
    return dict(json.loads(shlex.split(run.argv[-1])[-1]))


WORKER = {"worker": {"command": "work"}}


@pytest.mark.parametrize(
    ("live", "closed", "settings", "asked"),
    [
        (True, False, {}, True),
        (False, False, {}, False),
        (
            True,
            False,
            {"app": {"preset": "plain", "migrate_commands": [["alembic", "upgrade"]]}},
            False,
        ),
        (True, True, {}, False),
        (True, True, {"processes": WORKER}, True),
    ],
    ids=["live", "first deploy", "not Django", "maintenance", "only a worker still works"],
)
def test_models_of_the_old_code_are_compared_where_it_still_works_on_the_new_tables(
    live: bool, closed: bool, settings: dict[str, Any], asked: bool
) -> None:
    desired = desired_state(**settings)
    if closed:
        page = RenderedFile(desired.paths.maintenance_page, "Back soon")
        desired = replace(desired, while_migrating=InMaintenance(desired.site_config, page))

    old = job_of(desired, live_host(manifest(OLD)) if live else facts())["old"]

    assert bool(old) == asked
    assert not old or old[0] == f"/srv/shop/releases/{OLD}/run"


def test_old_code_that_no_visitor_meets_is_not_asked_for_pages() -> None:
    page = RenderedFile(desired_state().paths.maintenance_page, "Back soon")
    desired = replace(
        desired_state(), while_migrating=InMaintenance(desired_state().site_config, page)
    )

    assert OLD_STILL_ANSWERS not in titles(live_host(manifest(OLD)), desired)
    assert OLD_STILL_ANSWERS in titles(live_host(manifest(OLD)))


def test_only_release_commands_and_the_health_check_have_the_apps_rights() -> None:
    planned = make_plan(desired_state(), SHIPMENT, live_host(manifest(OLD)))

    as_the_app = [
        action.title
        for action in planned
        if getattr(action, "user", None) or "-u shop" in " ".join(getattr(action, "argv", ()))
    ]
    assert as_the_app == [COMMANDS, OLD_STILL_ANSWERS, START_BESIDE]


def test_new_release_is_checked_on_its_own_socket() -> None:
    [start] = [
        action
        for action in make_plan(desired_state(), SHIPMENT, facts())
        if isinstance(action, Start)
    ]

    [check] = start.checks
    assert check[check.index("--unix-socket") + 1] == f"/run/shop/{NEW}.sock"


def test_new_release_has_to_be_healthy_at_each_name_of_the_site() -> None:
    led = {"name": "shop.example", "redirect_to": "shop.test"}
    desired = desired_state(
        app={"health_path": "/up", "check_paths": ["/"]},
        target={"domains": ["shop.test", "www.shop.test", "*.shop.test", led]},
    )
    [start] = [a for a in make_plan(desired, SHIPMENT, facts()) if isinstance(a, Start)]

    asked = [check[-1] for check in start.checks]
    assert asked == ["http://shop.test/up", "http://shop.test/", "http://www.shop.test/up"]


def test_hint_of_each_step_says_which_release_is_live() -> None:
    desired = desired_state(app={"keep_releases": 1})
    planned = [
        a for a in make_plan(desired, SHIPMENT, live_host(manifest(OLD))) if isinstance(a, Run)
    ]
    at = [run.title for run in planned].index(CONFIRM_LIVE[0])

    assert all("The live release has not changed" in run.hint for run in planned[:at])
    assert "switched back" in planned[at].hint
    assert all("live already" in run.hint for run in planned[at + 1 :])


def test_failed_migration_of_the_first_deploy_speaks_of_no_live_release() -> None:
    hints = [
        hint
        for action in make_plan(desired_state(), SHIPMENT, facts())
        if isinstance(action, Run)
        for output, hint in action.hint_after
        if output == app_commands.BACKED_UP
    ]

    assert len(hints) == 1
    assert all(hint.startswith("No release is live yet") for hint in hints)


def test_line_that_nginx_refuses_is_named_by_its_snippet() -> None:
    nginx = "server {\n    # templates/nginx.d/10-a.conf, 2 lines:\netag on;\netag on;\n}\n"
    desired = desired_state()
    files = (replace(desired.site_config[0], content=nginx), desired.site_config[1])
    planned = make_plan(replace(desired, site_config=files), SHIPMENT, facts())
    [install] = [
        action
        for action in planned
        if isinstance(action, Run) and action.title.startswith("check and install")
    ]

    said = (
        'nginx: [emerg] "etag" directive is duplicate in /etc/nginx/sites-enabled/shop:{}\nnginx: …'
    )
    assert install.hint_for(said.format(4)).startswith(
        "That line is templates/nginx.d/10-a.conf:2;"
    )
    assert "templates" not in install.hint_for(said.format(40))


def test_plan_does_not_depend_on_the_order_of_a_set() -> None:
    running = [f"r{number}" for number in range(20)]
    observed = live_host(running=frozenset({*running, NEW}), venvs=frozenset({*running, "lock1"}))

    *drains, remove = make_plan(desired_state(), SHIPMENT, observed)[len(CONFIRM_LIVE) :]

    assert [action.title for action in drains] == [f"drain {name}" for name in sorted(running)]
    assert isinstance(remove, Run)
    assert remove.argv[-20:] == tuple(f"/srv/shop/venvs/{name}" for name in sorted(running))


def test_hint_is_about_migrations_only_after_the_first_had_begun() -> None:
    """If makemigrations --check fails, the database is as it was."""
    [commands] = [
        action
        for action in make_plan(desired_state(), SHIPMENT, live_host(manifest(OLD)))
        if isinstance(action, Run) and action.title == COMMANDS
    ]

    assert "restore" not in commands.hint_for("==> python manage.py makemigrations --check\n")
    assert "restore" not in commands.hint_for("==> migrate\n"), "there was no database to save"
    assert "restore" in commands.hint_for("==> migrate\n==> back up the database\n")
