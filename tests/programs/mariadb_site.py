"""A MariaDB server for the tests, with a site's two databases, if the programs are installed."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest

from understudy.commands import Argv

needs_server = pytest.mark.needs("mariadbd")
_MAKE = """
SET foreign_key_checks = 0;
CREATE OR REPLACE DATABASE `my-shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE OR REPLACE DATABASE `my-shop_scratch` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE OR REPLACE USER `my-shop`@localhost;
GRANT ALL ON `my-shop`.* TO `my-shop`@localhost;
GRANT ALL ON `my-shop\\_scratch`.* TO `my-shop`@localhost;
"""


def run(argv: Argv, given: str = "") -> str:
    done = subprocess.run(argv, input=given, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(query: str, user: str = "my-shop", database: str = "my-shop") -> str:
    """The rows of the queries."""
    options = ("--no-defaults", "-BNr", "--default-character-set=utf8mb4", f"--user={user}")
    return run(("mariadb", *options, database), query).strip()


def make(text: str) -> None:
    """Makes both databases again, and runs the text in the site's."""
    ask(_MAKE, "root", "mysql")
    ask(text)


@contextmanager
def started() -> Iterator[PurePosixPath]:
    """A server within the context. Yields the site's directory of backups."""
    with (
        tempfile.TemporaryDirectory(prefix="mariadb-") as made,
        pytest.MonkeyPatch.context() as patch,
    ):
        place, as_root = Path(made), os.geteuid() == 0
        if as_root:
            shutil.chown(place, "mysql")
            # For other users, who must reach the socket.
            place.chmod(0o755)
        user = ("--user=mysql",) if as_root else ()
        # Nothing here must outlive a power failure.
        options = (
            "--no-defaults",
            *user,
            f"--datadir={place}/data",
            # Each server that starts removes the tables of others in a folder that they share, such as /tmp.
            f"--tmpdir={place}",
            "--innodb-flush-method=nosync",
        )
        # As Debian's package does; for other users than root there would be no administrator.
        login = "socket" if as_root else "normal"
        by = f"--auth-root-authentication-method={login}"
        run(("mariadb-install-db", *options, "--skip-test-db", "--skip-name-resolve", by))
        patch.setenv("MYSQL_UNIX_PORT", f"{place}/socket")
        server = subprocess.Popen(
            ("mariadbd", *options, "--skip-networking", f"--socket={place}/socket"),
            stdout=subprocess.DEVNULL,
            stderr=(place / "log").open("wb"),
        )
        try:
            _await(place)
            (place / "backups").mkdir()
            yield PurePosixPath(place / "backups")
        finally:
            server.kill()
            server.wait()


def _await(place: Path) -> None:
    """The log is part of the failure."""
    deadline = time.monotonic() + 60
    while not (place / "socket").exists():
        assert time.monotonic() < deadline, (place / "log").read_text()
        time.sleep(0.05)
