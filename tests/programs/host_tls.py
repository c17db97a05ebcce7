"""What provisioning writes of HTTPS, for this nginx or another one, below a directory."""

import re
import subprocess
from pathlib import Path

from tests.unit.fakes import TOP

FRAME = """
set -eu
step() { :; }
booted() { false; }
is_check() { [ -n "${CHECK:-}" ]; }
act() { if is_check; then echo "would run: $*"; else "$@"; fi; }
put() { mkdir -p "$(dirname "$2")"; cat >"$2"; }
"""


def write(root: Path, nginx: str = "/usr/sbin/nginx") -> str:
    """Makes root/etc/nginx/understudy, as on a host with that nginx. What the script prints."""
    text = (TOP / "provision/52-nginx-tls.sh").read_text()
    text = re.sub(r"(?<![\w}])/etc/", rf"{root}/etc/", text).replace("/usr/sbin/nginx", nginx)
    (root / "etc/ssl").mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["sh", "-c", FRAME + text], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(root: Path) -> dict[str, list[str]]:
    """Name -> directives of each file that write() made."""
    found = sorted((root / "etc/nginx/understudy").iterdir())
    return {file.name: [line for line in file.read_text().splitlines() if line] for file in found}
