"""Provisioning steps for what a staging VM takes over from production's capture."""

import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

STEP = """
set -eu
step() { echo "step $*"; }
booted() { [ "$STATE" = booted ]; }
is_check() { return 1; }
act() { "$@"; }
keep() { :; }
put() { echo "put $2"; cat; }
"""


def part(name: str) -> str:
    return (TOP / "provision" / name).read_text()


def settings(directory: Path, text: str | None) -> str:
    """What the shipped script's own lines read from the file that only a VM has."""
    lines = part("00-settings.sh")
    lines = lines[lines.index("LOCALE_LINES=''") : lines.index("ROOT=")]
    file = directory / "like-production"
    if text is not None:
        file.write_text(text)
    show = 'echo "$LOCALE|$TIMEZONE|$LOCALES|$SWAP_MIB"'
    script = lines.replace("/etc/understudy/like-production", str(file))
    return subprocess.run(
        ["sh", "-euc", f"LOCALE=C.UTF-8 TIMEZONE=Etc/UTC\n{script}\n{show}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_host_without_the_file_has_the_settings_of_deploy_yml(tmp_path: Path) -> None:
    assert settings(tmp_path, None) == "C.UTF-8|Etc/UTC||0"


def test_vm_has_productions_settings(tmp_path: Path) -> None:
    text = "LOCALE=de_DE.UTF-8\nLOCALES='fr_FR.UTF-8 it_IT.UTF-8'\nSWAP_MIB=1024\n"

    assert settings(tmp_path, text) == "de_DE.UTF-8|Etc/UTC|fr_FR.UTF-8 it_IT.UTF-8|1024"


LOCALE = """
localedef() { [ "$1" = --list-archive ] || echo "localedef $*"; }
readlink() { if [ "$1" = -f ]; then echo "$2"; else echo /usr/share/zoneinfo/Etc/UTC; fi; }
TIMEZONE=Etc/UTC
"""


def locale_step(tools: Path, status: str = "installed", **variables: str) -> list[str]:
    """status: of the package `locales` on the host."""
    for name, line in (("dpkg-query", f"echo {status}"), ("apt-get", 'echo "apt-get $*"')):
        program = tools / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    given = {"LOCALE": "C.UTF-8", "LOCALES": "", "LOCALE_LINES": "", **variables}
    script = STEP + LOCALE + part("20-locale.sh")
    environment = {"PATH": f"{tools}:/usr/bin:/bin", **given}
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env=environment)
    # The next step is the time zone, which depends on this machine.
    return done.stdout.partition("put /etc/timezone")[0].splitlines()


def test_single_locale_is_written(tmp_path: Path) -> None:
    assert locale_step(tmp_path)[1:] == ["put /etc/default/locale", "LANG=C.UTF-8"]


def test_all_locales_are_generated_and_all_lines_written(tmp_path: Path) -> None:
    said = locale_step(
        tmp_path,
        LOCALE="de_DE.UTF-8",
        LOCALES="de_DE.UTF-8 fr_FR.UTF-8",
        LOCALE_LINES="LC_TIME=C.UTF-8\nLANGUAGE=de",
    )

    assert "localedef -i de_DE -f UTF-8 de_DE.UTF-8" in said
    assert "localedef -i fr_FR -f UTF-8 fr_FR.UTF-8" in said
    assert said[-3:] == ["LANG=de_DE.UTF-8", "LC_TIME=C.UTF-8", "LANGUAGE=de"]


def test_locales_package_is_installed_where_it_is_missing(tmp_path: Path) -> None:
    install = "apt-get -q install -y --no-install-recommends locales"

    assert install in locale_step(tmp_path, "not-installed", LOCALE="de_DE.UTF-8")
    assert install not in locale_step(tmp_path, "installed", LOCALE="de_DE.UTF-8")
    assert install not in locale_step(tmp_path, "not-installed", LOCALE="C.UTF-8")


def swap_step(directory: Path, state: str, mebibytes: int, *, container: bool = False) -> list[str]:
    """On a host whose files are in a directory; the programs only print that they were called."""
    (directory / "fstab").touch()
    (directory / "swaps").touch()
    detect = directory / "systemd-detect-virt"
    detect.write_text(f'#!/bin/sh\n[ "$*" = "--quiet --container" ] && {str(container).lower()}\n')
    detect.chmod(0o755)
    programs = """
fallocate() { echo "fallocate $*"; : >"$3"; }
mkswap() { echo mkswap >&2; }
swapon() { echo "swapon $*"; echo "$1 file" >>"$SWAPS"; }
"""
    text = part("25-swap.sh")
    for place, name in (
        ("/swapfile", "swapfile"),
        ("/etc/fstab", "fstab"),
        ("/proc/swaps", "swaps"),
    ):
        # grep looks for the path as it is written to the file.
        text = text.replace(place, str(directory / name))
    environment = {
        "PATH": f"{directory}:/usr/bin:/bin",
        "STATE": state,
        "SWAP_MIB": str(mebibytes),
        "SWAPS": str(directory / "swaps"),
    }
    done = subprocess.run(
        ["sh", "-c", STEP + programs + text], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_swap_file_is_created_once(tmp_path: Path) -> None:
    first = swap_step(tmp_path, "booted", 1024)

    file = tmp_path / "swapfile"
    assert first == ["step swap", f"fallocate -l 1024MiB {file}.new", f"swapon {file}"]
    assert (tmp_path / "fstab").read_text() == f"{file} none swap sw 0 0\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert swap_step(tmp_path, "booted", 1024) == ["step swap"]


@pytest.mark.parametrize(("state", "mebibytes"), [("chroot", 1024), ("booted", 0)])
def test_no_swap_file_is_created_in_a_chroot_or_without_swap_on_production(
    state: str, mebibytes: int, tmp_path: Path
) -> None:
    assert swap_step(tmp_path, state, mebibytes) == []


def test_container_gets_no_swap_file(tmp_path: Path) -> None:
    """The kernel takes none on an overlay, and it would be the swap of this machine."""
    assert swap_step(tmp_path, "booted", 1024, container=True) == []
