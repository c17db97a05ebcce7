"""A picture of the drift of the staging VM from its own capture, after changes by hand; they are undone."""

import subprocess
import sys
from pathlib import Path

from tests.house import page_picture
from tests.house.terminal_pictures import TOP
from understudy.paths import Project
from understudy.testing.host import connect
from understudy.vm import address

# What people do on a server and forget.
CHANGES = (
    "sed -i 's/^LANG=.*/LANG=POSIX/' /etc/default/locale",
    "ln -sfn /usr/share/zoneinfo/Europe/Berlin /etc/localtime",
    "sysctl -qw net.core.somaxconn=128",
    "usermod -aG adm www-data",
    "echo 192.0.2.9 database >>/etc/hosts",
    "chmod 644 /srv/todo/shared/env",
)


def draw(file: Path) -> None:
    capture = TOP / "provision" / "vagrant.lock.yml"
    _run("reset", "--level", "deployed")
    _run("capture", "--target", "vagrant")
    try:
        project = Project(TOP, TOP / "deploy.yml")
        host = connect(address.load(project).one_host("vagrant"))
        host.check_output("sudo sh -euc %s", "; ".join(CHANGES))
        _run("drift", "--target", "vagrant", "--html")
        with page_picture.browser() as browser:
            page = TOP / "reports" / "drift.html"
            page_picture.whole(browser, page.as_uri(), file, 1100)
        page_picture.shrink(file)
    finally:
        capture.unlink()
        _run("reset", "--level", "deployed")


def _run(*words: str) -> None:
    """Whose exit code is 1 where there is drift."""
    done = subprocess.run((sys.executable, "deploy.py", *words), cwd=TOP)
    if done.returncode > 1:
        sys.exit(done.returncode)
