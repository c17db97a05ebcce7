"""Login by password goes off only where that locks no user out."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

FRAME = """
set -eu
step() {{ :; }}
booted() {{ [ -z "${{CHROOT:-}}" ]; }}
is_check() {{ false; }}
act() {{ echo "$*"; }}
put() {{ cat >{root}/written; }}
getent() {{ grep "^$2:" {root}/etc/passwd; }}
sshd() {{ printf "%s\\n" "permitrootlogin without-password" "authenticationmethods any" $SETTINGS; }}
SITE=todo ADMIN=ops
"""
HASH = "$y$j9T$abc"


def decide(
    root: Path,
    shadow: str,
    *,
    keys: tuple[str, ...] = ("ops",),
    nsswitch: str = "files",
    **more: str,
) -> tuple[bool, str]:
    """Whether passwords go off, and all that is printed. Users' homes are below the root."""
    (root / "etc/ssh").mkdir(parents=True)
    users = [line.split(":")[0] for line in shadow.splitlines()]
    shell = {"daemon": "/usr/sbin/nologin"}
    entries = (f"{u}:x:1:1::{root}/home/{u}:{shell.get(u, '/bin/bash')}" for u in users)
    (root / "etc/passwd").write_text("\n".join(entries) + "\n")
    (root / "etc/shadow").write_text(shadow)
    (root / "etc/nsswitch.conf").write_text(f"passwd: {nsswitch}\n")
    for user in keys:
        (root / f"home/{user}/.ssh").mkdir(parents=True)
        (root / f"home/{user}/.ssh/authorized_keys").write_text("ssh-ed25519 AAAA x\n")
    text = (TOP / "provision" / "57-ssh.sh").read_text()
    text = re.sub(r"(?<![\w}])/(etc|var)/", rf"{root}/\1/", text)
    done = subprocess.run(
        ["sh", "-c", FRAME.format(root=root) + text],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "SETTINGS": "", **more},
    )
    return "PasswordAuthentication no\n" in (root / "written").read_text(), done.stdout


OPS = "ops:!:1::::::\nroot:*:1::::::\n"


@pytest.mark.parametrize(
    ("shadow", "keys", "off"),
    [
        (OPS, ("ops",), True),
        (f"{OPS}alice:{HASH}:1::::::\n", ("ops",), False),
        (f"{OPS}alice:{HASH}:1::::::\n", ("ops", "alice"), True),
        (f"{OPS}alice:!{HASH}:1::::::\n", ("ops",), True),
        (f"{OPS}daemon:{HASH}:1::::::\n", ("ops",), True),
        (f"ops:{HASH}:1::::::\n", (), False),
        (f"ops:!:1::::::\nroot:{HASH}:1::::::\n", ("ops",), True),
    ],
    ids=["keys", "password", "both", "locked", "no shell", "the admin", "root by key only"],
)
def test_passwords_go_off_unless_a_user_has_nothing_else(
    shadow: str, keys: tuple[str, ...], off: bool, tmp_path: Path
) -> None:
    went_off, said = decide(tmp_path, shadow, keys=keys, CONFIRM_SECONDS="60")

    assert went_off == off
    assert ("login by password stays on" in said) != off


def test_users_from_elsewhere_keep_their_passwords(tmp_path: Path) -> None:
    assert decide(tmp_path, OPS, nsswitch="files sss", CONFIRM_SECONDS="60")[0] is False


def test_without_a_confirm_the_admin_must_have_a_key(tmp_path: Path) -> None:
    assert decide(tmp_path, OPS, keys=())[0] is False


def test_change_is_armed_where_it_will_be_confirmed(tmp_path: Path) -> None:
    _, said = decide(tmp_path, OPS, CONFIRM_SECONDS="60")

    assert "understudy-firewall-undo todo arm 60" in said
    assert (
        said.index("arm 60")
        < said.index("sshd -t")
        < said.index("systemctl try-reload-or-restart ssh")
    )


def test_box_that_is_being_built_has_no_passwords_on(tmp_path: Path) -> None:
    off, said = decide(tmp_path, OPS, CHROOT="1")

    assert off
    assert "reload" not in said
