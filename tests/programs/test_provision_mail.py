"""Provisioning for mail: what a host gets that captures, and that nothing of it is left on one that sends.

The part of the script runs unchanged but for its paths, in a directory that is the host.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

FRAME = """
set -eu
step() {{ :; }}
booted() {{ true; }}
is_check() {{ false; }}
act() {{ echo "$@"; "$@"; }}
keep() {{ :; }}
exists() {{ [ -e "$1" ] || [ -L "$1" ]; }}
put() {{
    new=$(mktemp)
    cat >"$new"
    if cmp -s "$new" "$2"; then rm "$new"; return 1; fi
    mkdir -p "$(dirname "$2")"
    mv "$new" "$2"
    echo "put $2"
}}
useradd() {{ :; }}
getent() {{ :; }}
install() {{ mkdir -p "$(eval echo \\${{$#}})"; }}
systemctl() {{ case $1 in is-*) [ -e "{root}/units" ] ;; esac; }}
ss() {{ cat "{root}/listening" 2>/dev/null || true; }}
nft() {{ [ -e "{root}/table" ] || [ "$1" != list ]; }}
DEPLOYER=root SITE=${{SITE:-todo}} mail_port=24623 own_mail={root}/etc/understudy/${{SITE:-todo}}.mail
"""
SOCKET, LOCAL = (f"etc/systemd/system/understudy-mail-todo{end}.socket" for end in ("", "-local"))
RULES = "etc/nftables.d/understudy-mail.nft"


@dataclass(frozen=True)
class Host:
    root: Path

    def provision(self, mail: str) -> list[str]:
        """The lines of what was done."""
        parts = ("61-mail.sh", "62-mail-firewall.sh")
        text = "".join((TOP / "provision" / part).read_text() for part in parts)
        text = re.sub(r"(?<=[ \"=])/(etc|usr/local|var)/", rf"{self.root}/\1/", text)
        done = subprocess.run(
            ["sh", "-c", FRAME.format(root=self.root) + text],
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "MAIL": mail},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.replace(f"{self.root}/", "").splitlines()

    def has(self, name: str) -> bool:
        return (self.root / name).exists()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_host_that_captures_has_its_sockets_and_the_rules_at_once(host: Host) -> None:
    done = host.provision("capture")

    assert host.has(SOCKET)
    assert host.has(LOCAL)
    assert "ListenStream=127.0.0.1:24623" in (host.root / SOCKET).read_text()
    assert f"nft --file {RULES}" in done
    assert (host.root / "etc/understudy/todo.mail").read_text() == "capture\n"


def test_second_run_changes_nothing(host: Host) -> None:
    host.provision("capture")
    for name in ("units", "table"):
        (host.root / name).touch()

    assert host.provision("capture") == []


def test_mail_server_of_the_host_keeps_its_port(host: Host) -> None:
    (host.root / "listening").write_text("LISTEN 0 100 127.0.0.1:25\n")
    host.provision("capture")

    assert host.has(SOCKET)
    assert not host.has(LOCAL)


def test_nothing_is_left_on_a_host_that_sends_again(host: Host) -> None:
    host.provision("capture")
    done = host.provision("off")

    assert not any(map(host.has, (SOCKET, LOCAL, RULES)))
    assert "nft delete table inet understudy_mail" in done


def test_rules_stay_as_long_as_another_site_captures(host: Host) -> None:
    host.provision("capture")
    (host.root / "etc/understudy/shop.mail").write_text("capture\n")
    host.provision("off")

    assert host.has(RULES)
    assert not host.has(SOCKET)


def test_host_that_sends_gets_nothing_but_the_note(host: Host) -> None:
    done = [line for line in host.provision("off") if "usr/local" not in line]

    assert done == ["put etc/understudy/todo.mail"]
