"""Each deployer of a host has settings of his own: sites of one host may have different ones."""

import re
import subprocess
from pathlib import Path

from tests.unit.fakes import TOP

FRAME = """
set -eu
step() { :; }
booted() { true; }
exists() { [ -e "$1" ]; }
keep() { :; }
act() { case $1 in rm) "$@" ;; esac; echo "$*"; }
put() { mkdir -p "$(dirname "$2")"; cat >"$2"; }
getent() { echo "$2:x:1:1::/nonexistent:/bin/sh"; }
id() { echo systemd-journal adm todo; }
SITE=todo ROOT=/srv/todo ADMIN=ops
"""


def provisioned(root: Path, deployer: str) -> str:
    text = (TOP / "provision" / "30-users.sh").read_text()
    text = re.sub(r"(?<![\w}])/etc/", f"{root}/etc/", text)
    command = ["sh", "-c", f"{FRAME}DEPLOYER={deployer}\n{text}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_second_sites_deployer_leaves_the_first_ones_settings(tmp_path: Path) -> None:
    settings = tmp_path / "etc/ssh/sshd_config.d"
    settings.mkdir(parents=True)
    of_before = settings / "understudy.conf"
    of_before.write_text("Match User deploy\n")

    for deployer in ("deploy", "shopkeeper"):
        assert "systemctl try-reload-or-restart ssh" in provisioned(tmp_path, deployer)

    assert sorted(file.name for file in settings.iterdir()) == [
        "understudy-deploy.conf",
        "understudy-shopkeeper.conf",
    ]
    assert "Match User deploy\n" in (settings / "understudy-deploy.conf").read_text()
