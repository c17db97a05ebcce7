"""A firewall that locks its admin out is undone by the host; a confirmed one stays."""

import subprocess
from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host
from tests.unit.fakes import TOP

RULES = "/etc/nftables.d/understudy.nft"
STATE = "/var/lib/understudy/todo"
STAMP = "/etc/understudy/todo.provisioned"
OLD = "table inet understudy {\n\tchain input {\n\t}\n}\n"
# The table of a host without one is an empty file here.
NFT = """
kernel={root}/kernel
case "$1 $2 $3" in
"list tables inet") [ ! -s "$kernel" ] || echo "table inet understudy"; echo "table inet other" ;;
"list table inet") cat "$kernel"; [ -s "$kernel" ] ;;
"--file "*) sed 1,2d "$2" >"$kernel"; head -n 2 "$2" >{root}/emptied ;;
esac
"""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = make_host(tmp_path, "understudy-firewall-undo")
    made.fake("nft", NFT.format(root=tmp_path))
    made.path("kernel").write_text("")
    made.path(STAMP).parent.mkdir(exist_ok=True)
    made.path(STAMP).write_text("stamp")
    return made


def firewall(host: Host) -> tuple[str, str | None]:
    """The rules in the kernel, and those that the next boot will load."""
    file = host.path(RULES)
    return host.path("kernel").read_text(), file.read_text() if file.exists() else None


def change(host: Host, text: str = "new\n") -> None:
    host.path("kernel").write_text(text)
    host.path(RULES).write_text(text)


@pytest.mark.parametrize("before", [("", None), (OLD, "old file\n"), (OLD, None), ("", "unloaded")])
def test_undo_brings_back_the_rules_and_their_file(
    before: tuple[str, str | None], host: Host
) -> None:
    host.path("kernel").write_text(before[0])
    if before[1] is not None:
        host.path(RULES).write_text(before[1])
    host.done("arm", "60")
    change(host)

    host.done("undo")

    assert firewall(host) == before
    replaced = "table inet understudy\ndelete table inet understudy\n"
    assert host.path("emptied").read_text() == replaced, "the new rules are gone in the same step"
    assert not host.path(STAMP).exists(), "the host is not as its stamp says"


LOGINS = "/etc/ssh/sshd_config.d/00-understudy.conf"


@pytest.mark.parametrize("before", [None, "X11Forwarding no\n"])
def test_undo_brings_back_the_logins(before: str | None, host: Host) -> None:
    host.path(LOGINS).parent.mkdir(parents=True)
    if before:
        host.path(LOGINS).write_text(before)
    host.done("arm", "60")
    host.path(LOGINS).write_text("PasswordAuthentication no\n")
    host.calls()

    host.done("undo")

    file = host.path(LOGINS)
    assert (file.read_text() if file.exists() else None) == before
    assert "systemctl try-reload-or-restart ssh" in host.calls()


def test_logins_that_did_not_change_are_not_reloaded(host: Host) -> None:
    host.path(LOGINS).parent.mkdir(parents=True)
    host.path(LOGINS).write_text("X11Forwarding no\n")
    host.done("arm", "60")

    host.done("undo")

    assert "systemctl try-reload-or-restart ssh" not in host.calls()


def test_armed_timer_calls_undo(host: Host) -> None:
    host.done("arm", "45")

    stop, run = [call for call in host.calls() if not call.startswith("nft")]
    unit = "understudy-undo-firewall-todo"
    assert stop == f"systemctl stop {unit}.timer {unit}.service"
    assert run.split()[-3:] == [str(host.program), "todo", "undo"]
    assert {f"--unit={unit}", "--on-active=45"} <= set(run.split())


def test_confirmed_rules_stay(host: Host) -> None:
    host.done("arm", "60")
    change(host)
    host.calls()

    host.done("confirm")
    unit = "understudy-undo-firewall-todo"
    assert host.calls() == [f"systemctl stop {unit}.timer {unit}.service"]
    host.done("undo")

    assert firewall(host) == ("new\n", "new\n")
    assert host.path(STAMP).exists()


@pytest.mark.parametrize("verb", ["undo", "confirm"])
def test_without_a_change_nothing_is_done(verb: str, host: Host) -> None:
    change(host)

    host.done(verb)

    assert firewall(host) == ("new\n", "new\n")
    assert host.calls() == []


def test_oldest_rules_come_back_after_a_second_change(host: Host) -> None:
    change(host, OLD)
    host.done("arm", "60")
    change(host)
    host.done("arm", "60")
    change(host, "newer\n")

    host.done("undo")

    assert firewall(host) == (OLD, OLD)


def test_confirm_after_the_undo_fails_once_and_takes_the_stamp_of_the_meantime(host: Host) -> None:
    host.done("arm", "60")
    host.done("undo")
    host.path(STAMP).write_text("written after the undo")

    assert "too late" in host.refused("confirm")
    assert not host.path(STAMP).exists()
    host.done("confirm")


def test_nft_that_fails_is_not_taken_for_a_host_without_rules(host: Host) -> None:
    host.fake("nft", "exit 1")

    assert host.run("arm", "60").returncode != 0
    assert not host.path(f"{STATE}/undo-firewall").exists()


def test_undo_that_fails_can_be_tried_again(host: Host) -> None:
    change(host, OLD)
    host.done("arm", "60")
    change(host)
    host.fake("nft", "exit 1")
    assert host.run("undo").returncode != 0
    host.fake("nft", NFT.format(root=host.root))

    host.done("undo")

    assert firewall(host) == (OLD, OLD)


def test_without_a_timer_nothing_may_change(host: Host) -> None:
    host.path("bin/sleep").unlink()
    host.fake("sleep", "")
    host.fake("systemd-run", "exit 1")

    assert "systemd-run could not start" in host.refused("arm", "60")
    assert not host.path(f"{STATE}/undo-firewall").exists()


@pytest.mark.parametrize("seconds", ["", "9", "601", "x", "0060", "-60"])
def test_time_is_a_number_from_10_to_600(seconds: str, host: Host) -> None:
    assert "seconds" in host.refused("arm", seconds)
    assert host.calls() == []


def provisioning(host: Host, *, booted: bool, confirm: str | None, changed: bool) -> list[str]:
    """Runs the lines of 60-firewall.sh that change the rules. Returns what they call, in order."""
    part = (TOP / "provision" / "60-firewall.sh").read_text()
    lines = part[part.index("changed=\n") : part.index("if ! grep")]
    load = part[part.rindex("if booted", 0, part.index("# LLMNR and mDNS")) :]
    load = load[: load.index("# LLMNR and mDNS")]
    for place in ("/etc/", "/var/", "/usr/local/"):
        lines, load = (text.replace(place, f"{host.root}{place}") for text in (lines, load))
    host.program.write_text(f'#!/bin/sh\necho "undo $*" >>{host.root}/calls\n')
    host.path(RULES).write_text("as wanted" if not changed else "other")
    host.path("kernel").write_text(OLD)
    program = f"""
    SITE=todo rules={host.root}/rules
    is_check() {{ return 1; }}
    act() {{ "$@"; }}
    booted() {{ {"true" if booted else "false"}; }}
    put() {{ echo "put" >>{host.root}/calls; cat >/dev/null; }}
    printf "as wanted" >"$rules"
    {lines}
    {load}
    """
    environment = {"PATH": str(host.path("bin"))} | (
        {"CONFIRM_SECONDS": confirm} if confirm else {}
    )
    subprocess.run(["/bin/sh", "-euc", program], check=True, env=environment)
    return [call for call in host.calls() if not call.startswith("nft list")]


@pytest.mark.parametrize(
    ("booted", "confirm", "changed", "called"),
    [
        (True, "60", True, ["nft --check", "undo todo arm 60", "put", "nft --file"]),
        (True, None, True, ["nft --check", "put", "nft --file"]),
        (True, "60", False, ["put"]),
        (False, "60", True, ["put"]),
    ],
)
def test_undo_is_armed_before_the_change_if_it_will_be_confirmed(
    booted: bool, confirm: str | None, changed: bool, called: list[str], host: Host
) -> None:
    calls = provisioning(host, booted=booted, confirm=confirm, changed=changed)

    assert len(calls) == len(called), calls
    for call, beginning in zip(calls, called, strict=True):
        assert call.startswith(beginning)
