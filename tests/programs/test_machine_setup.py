"""provision/machine, the real script, with a package manager that only notes how it is called."""

import os
import pty
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyte
import pytest

from tests.unit.fakes import TOP

TOOLS = (
    "awk",
    "bash",
    "cat",
    "dirname",
    "env",
    "grep",
    "head",
    "mkdir",
    "seq",
    "sh",
    "sleep",
    "tail",
    "tee",
    "tr",
)
APT_GET = """#!/bin/sh
here=${0%/*}
deb() { echo "'http://deb.example/$1.deb' $1.deb $2 MD5Sum:$1"; }
case "$*" in
*--print-uris*) if [ -e "$here/no-lists" ]; then exit 100; fi; deb a 1500000; deb b 700000 ;;
*update*) if [ -e "$here/offline" ]; then echo "W: Failed to fetch"; fi ;;
*) echo "apt-get $*" >>"$here/calls"
	printf '%s\\n' '1 upgraded, 1 newly installed, 0 to remove' 'Get:1 a' 'Get:2 b'
	printf '%s\\n' 'Unpacking a (1)' 'Unpacking b (1)' 'Setting up a (1)' 'Setting up b (1)'
	if [ -e "$here/offline" ]; then echo "E: Unable to locate package tini"; exit 100; fi ;;
esac
"""
# All is installed but what the file `missing` names.
DPKG_QUERY = """#!/bin/sh
for name; do :; done
if grep -qx "$name" "${0%/*}/missing"; then exit 1; fi
printf installed
"""
VIRSH = '#!/bin/sh\n[ -e "${0%/*}/libvirtd-runs" ]\n'
SUDO = '#!/bin/sh\necho "sudo $1" >>"${0%/*}/calls"\nexec "$@"\n'


@dataclass
class Machine:
    directory: Path

    def run(self, *words: str | Path, **environment: str) -> tuple[int, list[str]]:
        done = subprocess.run(
            [TOP / "provision" / "machine", *words],
            env={"PATH": str(self.directory), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout.splitlines()

    @property
    def calls(self) -> list[str]:
        file = self.directory / "calls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def log(self) -> Path:
        return self.directory / "state" / "setup.log"

    def program(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)
        (self.directory / name).chmod(0o755)


def in_terminal(machine: Machine, columns: int, *words: str | Path) -> list[list[str]]:
    """What was on a terminal after each piece that the script printed."""
    screen = pyte.Screen(columns, 10)
    stream, seen = pyte.ByteStream(screen), list[list[str]]()
    ours, its = pty.openpty()
    argv = [TOP / "provision" / "machine", *words]
    environment = {"PATH": str(machine.directory), "TERM": "xterm"}
    with subprocess.Popen(argv, env=environment, stdin=its, stdout=its, stderr=its):
        os.close(its)
        with suppress(OSError):  # the end of a terminal
            while piece := os.read(ours, 4096):
                for part in piece.replace(b"\r\x1b[K", b"\0\r\x1b[K").split(b"\0"):
                    stream.feed(part)
                    seen.append([line.rstrip() for line in screen.display if line.strip()])
    os.close(ours)
    return seen


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    for name in TOOLS:
        (tmp_path / name).symlink_to(Path("/usr/bin") / name)
    programs = {"apt-get": APT_GET, "dpkg-query": DPKG_QUERY, "virsh": VIRSH}
    for name, text in {**programs, "sudo": SUDO}.items():
        made.program(name, text)
    made.program("id", "#!/bin/sh\necho 0\n")
    (tmp_path / "missing").write_text("")
    (tmp_path / "libvirtd-runs").touch()
    return made


def test_nothing_is_planned_and_done_where_nothing_is_missing(machine: Machine) -> None:
    assert machine.run("plan") == (0, [])
    assert machine.run("apply", machine.log) == (0, [])
    assert machine.calls == []


def test_plan_counts_packages_and_megabytes_and_changes_nothing(machine: Machine) -> None:
    (machine.directory / "missing").write_text("tini\nlxc\n")
    (machine.directory / "libvirtd-runs").unlink()

    code, lines = machine.run("plan")

    assert (code, lines) == (
        0,
        ["install 2 Debian packages (2.2 MB) for lxc tini", "start libvirt's daemons"],
    )
    assert machine.calls == []


def test_plan_without_package_lists_counts_what_it_knows(machine: Machine) -> None:
    (machine.directory / "missing").write_text("tini\n")
    (machine.directory / "no-lists").touch()

    assert machine.run("plan")[1] == ["install 1 Debian packages and what they depend on for tini"]


def test_packages_are_installed_quietly_with_a_log(machine: Machine) -> None:
    (machine.directory / "missing").write_text("tini\nlynis\n")

    code, lines = machine.run("apply", machine.log, "lynis")

    assert code == 0
    assert re.fullmatch(
        rf"✓ 2 Debian packages \(2.2 MB\) installed in \d+ s; log: {machine.log}", "\n".join(lines)
    )
    assert machine.calls[-1].endswith("install -y --no-install-recommends tini lynis")
    assert "Unpacking" in machine.log.read_text()


def test_a_program_gets_each_step_and_how_far_it_is(machine: Machine) -> None:
    (machine.directory / "missing").write_text("tini\n")

    code, lines = machine.run("apply", machine.log, SHOW_STEPS="1")

    assert code == 0
    assert lines[:2] == [
        f"==> update the package lists; log: {machine.log}",
        "==> install 2 Debian packages (2.2 MB)",
    ]
    assert lines[2:-1] == [f"%% {done} 2" for done in (0, 0, 1, 1, 1, 2)]


@pytest.mark.parametrize("columns", [40, 80])
def test_on_a_terminal_what_is_under_way_is_one_line_until_it_is_done(
    columns: int, machine: Machine
) -> None:
    (machine.directory / "missing").write_text("tini\n")
    machine.program("tput", f"#!/bin/sh\necho {columns}\n")

    screens = in_terminal(machine, columns, "apply", machine.log)

    assert {len(screen) for screen in screens[:-1]} <= {0, 1}
    assert ["  install 2 Debian packages (2.2 MB): 1 of 2"[: columns - 1]] in screens
    assert screens[-1][0].startswith("✓ 2 Debian packages (2.2 MB) installed")


def test_python_packages_are_counted_as_pip_gets_them() -> None:
    lines = (
        "Collecting a==1 (from -r x)",
        "Using cached a",
        "Collecting b==2",
        "Installing collected packages: a",
    )
    printed = "".join(f"{line}\\n" for line in lines)
    script = f". provision/shown; printf '{printed}' | SHOW_STEPS=1 show_pip 2"

    done = subprocess.run(["bash", "-c", script], cwd=TOP, capture_output=True, text=True)

    assert done.stdout.splitlines() == ["%% 1 2", "%% 2 2", "==> install Python packages"]


def test_failure_shows_what_apt_says_and_where_the_rest_is(machine: Machine) -> None:
    (machine.directory / "missing").write_text("tini\n")
    (machine.directory / "offline").touch()

    code, lines = machine.run("apply", machine.log)

    assert code == 4
    assert lines[-4:-2] == ["W: Failed to fetch", "E: Unable to locate package tini"]
    assert (
        lines[-2]
        == f"error: apt-get could not install the packages; all that it printed: {machine.log}"
    )
    assert lines[-1].startswith("try: check the network")


def test_user_needs_sudo_and_only_what_needs_root_gets_it(machine: Machine) -> None:
    machine.program("id", "#!/bin/sh\nif [ $1 = -u ]; then echo 1000; else echo libvirt; fi\n")
    (machine.directory / "missing").write_text("tini\n")

    assert machine.run("apply", machine.log)[0] == 0
    assert [call for call in machine.calls if call.startswith("sudo")] == [
        "sudo apt-get",
        "sudo env",
    ]
    assert machine.log.stat().st_uid == os.getuid()

    (machine.directory / "sudo").unlink()
    code, lines = machine.run("plan")
    assert (code, lines[0]) == (
        4,
        "error: this user has not root's rights, and sudo is not installed",
    )


def test_system_without_apt_lists_what_to_install_by_hand(machine: Machine) -> None:
    (machine.directory / "apt-get").unlink()

    code, lines = machine.run("plan")

    assert (code, lines[0]) == (4, "error: this system has no apt-get")
    assert "vagrant-libvirt" in lines[1]
