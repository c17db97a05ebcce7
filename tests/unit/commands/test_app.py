"""The app's own commands."""

from pathlib import Path, PurePosixPath

from tests.unit.commands.running import run
from understudy.commands import app as app_commands
from understudy.commands import script
from understudy.release.layout import Paths


def test_migrations_that_were_applied_are_seen_in_what_django_prints() -> None:
    output = (
        "Operations to perform:\n"
        "  Applying lists.0001_initial... OK\n"
        "  Applying auth.0002_more... OK (1.024s)\n"
        "  Applying lists.0002_bad...Traceback\n"
    )
    first, second = app_commands.applied_migrations(output)
    assert (first.app, first.name, first.outcome) == ("lists", "0001_initial", "applied")
    assert (second.app, second.name, second.outcome) == ("auth", "0002_more", "applied in 1.0 s")


def test_timers_are_held_off_while_a_command_runs_and_longer_by_no_one(tmp_path: Path) -> None:
    paths = Paths(PurePosixPath(tmp_path))
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "migrating").touch()
    free = ("flock", "-s", "-n", str(paths.migrating), "echo", "free")
    command = script('if "$@"; then exit 3; else echo held; fi', *free)

    held = run(app_commands.holding_off_timers(paths, command))

    assert (held.returncode, held.stdout) == (0, "held\n")
    assert run(free).stdout == "free\n"


def test_lock_ends_with_the_last_process_of_the_command(tmp_path: Path) -> None:
    """A broken connection may leave a migration at work, whose shells have ended."""
    paths = Paths(PurePosixPath(tmp_path))
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "migrating").touch()
    # Its own process: the command has ended by then.
    left = script("sleep 1 >/dev/null 2>&1 & ")

    run(app_commands.holding_off_timers(paths, left))

    assert run(("flock", "-s", "-n", str(paths.migrating), "true")).returncode == 1
    assert run(("flock", "-s", "-w", "10", str(paths.migrating), "true")).returncode == 0
