"""understudy-site undoes an unconfirmed install, whatever was there before."""

from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host
from tests.programs.site_config import rendered_nginx, rendered_unit

PLACES = {
    "available": "/etc/nginx/sites-available/todo",
    "enabled": "/etc/nginx/sites-enabled/todo",
    "unit": "/etc/systemd/system/todo@.service",
}
UNDO = "/var/lib/understudy/todo/undo"
DISARM = "systemctl stop understudy-undo-todo.timer understudy-undo-todo.service"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = make_host(tmp_path)
    made.path("/srv/todo/cache/files").mkdir(parents=True)
    stage(made, "new")
    return made


def stage(host: Host, text: str) -> None:
    staged = host.path("/srv/todo/cache/files")
    (staged / "todo.nginx").write_text(rendered_nginx() + f"# {text}\n")
    (staged / "todo@.service").write_text(rendered_unit() + f"# {text}\n")


def older(host: Host) -> None:
    """Writes the files of an earlier deploy."""
    host.path(PLACES["available"]).write_text("old")
    host.path(PLACES["enabled"]).symlink_to(host.path(PLACES["available"]))
    host.path(PLACES["unit"]).write_text("old unit")


def state(host: Host) -> dict[str, object]:
    """What is in the three places: a text, a link's goal, or nothing."""
    found: dict[str, object] = {}
    for name, place in PLACES.items():
        path = host.path(place)
        if path.is_symlink():
            found[name] = path.readlink()
        elif path.exists():
            found[name] = (path.read_text(), path.stat().st_mode & 0o777)
    return found


def saved(host: Host) -> bool:
    return host.path(UNDO).exists()


def installed(host: Host) -> str:
    """Which staged text nginx has, and systemd too."""
    text = host.path(PLACES["available"]).read_text().rpartition("# ")[2].strip()
    assert host.path(PLACES["unit"]).read_text().endswith(f"# {text}\n")
    return text


@pytest.mark.parametrize("before", ["nothing", "older"])
@pytest.mark.parametrize("how", ["undo", "boot"])
def test_undo_brings_back_what_was_there(before: str, how: str, host: Host) -> None:
    if before == "older":
        older(host)
    wanted = state(host)
    host.done("install", "r1")
    assert installed(host) == "new"
    host.calls()

    host.done(how)

    assert state(host) == wanted
    assert not saved(host)
    assert host.calls() == [
        "systemctl stop understudy-undo-todo.timer",
        "systemctl daemon-reload",
        "nginx -t -q",
        "systemctl reload-or-restart nginx",
    ]


def test_timer_is_armed_before_anything_changes(host: Host) -> None:
    older(host)
    seen = host.root / "seen"
    host.fake("systemd-run", f"cat {host.path(PLACES['available'])} >{seen}")

    host.done("install", "r1")

    assert seen.read_text() == "old"
    calls = [call for call in host.calls() if not call.startswith(("pgrep", "systemctl show"))]
    armed = f"systemd-run --quiet --collect --unit=understudy-undo-todo --on-active=120 \
--timer-property=AccuracySec=1s {host.program} todo undo"
    assert calls[1:] == [
        *(DISARM, armed, "nginx -t -q", "systemctl daemon-reload", "systemctl reload nginx"),
    ]


def test_install_waits_until_nginx_has_taken_the_files(host: Host) -> None:
    taken = host.root / "taken"
    host.fake("systemctl", f'[ "$1" = show ] || echo "$1" >>{taken}')
    host.fake("pgrep", f'if [ "$(grep -c . {taken})" -gt 4 ]; then echo 9; else echo 7; fi')
    host.path("bin/sleep").unlink()
    host.fake("sleep", f"echo waited >>{taken}")

    host.done("install", "r1")

    assert taken.read_text().split() == ["stop", "reload", "waited", "waited", "waited"]


@pytest.mark.parametrize(("before", "reloads"), [("nothing", 0), ("the same", 0), ("another", 1)])
def test_systemd_reloads_only_for_a_unit_that_it_may_have_read(
    before: str, reloads: int, host: Host
) -> None:
    if before != "nothing":
        older(host)
    if before == "the same":
        host.path(PLACES["unit"]).write_text(rendered_unit() + "# new\n")

    host.done("install", "r1")

    assert host.calls().count("systemctl daemon-reload") == reloads
    assert installed(host) == "new"


def test_nginx_that_keeps_its_old_files_is_an_error_and_the_undo_stays_armed(host: Host) -> None:
    host.fake("pgrep", "echo 7")
    host.path("bin/sleep").unlink()
    host.fake("sleep", "")

    assert "still runs with its old configuration" in host.refused("install", "r1")
    assert saved(host)


def test_confirmed_install_stays(host: Host) -> None:
    older(host)
    host.done("install", "r1")
    host.calls()

    host.done("confirm")
    assert host.calls() == [DISARM]
    host.done("undo")

    assert installed(host) == "new"
    assert host.calls() == []


@pytest.mark.parametrize("verb", ["confirm", "undo", "boot"])
def test_without_an_install_nothing_is_done(verb: str, host: Host) -> None:
    older(host)
    before = state(host)

    host.done(verb)

    assert state(host) == before
    assert host.calls() == []


def test_second_install_keeps_the_state_that_was_confirmed_last(host: Host) -> None:
    older(host)
    wanted = state(host)
    host.done("install", "r1")
    stage(host, "newer")
    host.done("install", "r2", "300")
    assert installed(host) == "newer"
    assert "--on-active=300" in "\n".join(host.calls())

    host.done("undo")

    assert state(host) == wanted


def test_half_saved_state_is_not_restored(host: Host) -> None:
    """It would look as if no file had existed."""
    older(host)
    host.path(UNDO + ".new").mkdir()
    host.path(UNDO + ".old").mkdir()
    before = state(host)

    host.done("boot")
    assert state(host) == before
    host.done("install", "r1")
    host.done("undo")

    assert state(host) == before


@pytest.mark.parametrize("before", ["nothing", "older"])
def test_install_that_nginx_refuses_changes_nothing_and_needs_no_undo(
    before: str, host: Host
) -> None:
    if before == "older":
        older(host)
    wanted = state(host)
    host.fake("nginx", "exit 1")

    assert "nginx -t refuses" in host.refused("install", "r1")

    assert state(host) == wanted
    assert not saved(host)
    assert host.calls()[-1] == DISARM


def test_refused_second_install_still_waits_for_the_confirm_of_the_first(host: Host) -> None:
    older(host)
    wanted = state(host)
    host.done("install", "r1")
    stage(host, "newer")
    host.fake("nginx", "exit 1")
    host.refused("install", "r2")
    assert installed(host) == "new"
    host.fake("nginx", "")

    host.done("undo")

    assert state(host) == wanted


def test_nothing_is_installed_without_a_timer(host: Host) -> None:
    older(host)
    before = state(host)
    host.path("bin/sleep").unlink()
    host.fake("sleep", "")
    host.fake("systemd-run", "exit 1")

    assert "systemd-run could not start" in host.refused("install", "r1")

    assert state(host) == before
    assert not saved(host)
    assert len([call for call in host.calls() if call.startswith("systemd-run")]) == 5


def test_undo_that_nginx_refuses_can_be_tried_again(host: Host) -> None:
    older(host)
    wanted = state(host)
    host.done("install", "r1")
    host.fake("nginx", "exit 1")

    assert "nginx -t fails" in host.refused("undo")
    assert saved(host)
    host.fake("nginx", "")
    host.done("undo")

    assert state(host) == wanted
    assert not saved(host)


def test_boot_starts_the_live_release_even_if_the_undo_fails(host: Host) -> None:
    older(host)
    host.done("install", "r1")
    host.path("/srv/todo/current").symlink_to("releases/r0")
    host.fake("nginx", "exit 1")

    host.done("boot")

    assert host.calls()[-1] == "systemctl start --no-block todo@r0.service"


@pytest.mark.parametrize("verb", ["confirm", "undo"])
def test_what_is_in_place_is_on_the_disk_before_what_was_saved_is_dropped(
    host: Host, verb: str
) -> None:
    """Without that, a power failure could leave empty files and nothing to restore."""
    older(host)
    host.done("install", "r1")
    host.path("bin/sync").unlink()
    host.fake("sync", f"test -d {host.path(UNDO)}")
    host.calls()

    host.done(verb)

    [sync] = [call for call in host.calls() if call.startswith("sync")]
    assert sync == f"sync -f {host.path('/etc/nginx')} {host.path('/etc/systemd')}"
    assert not saved(host)
