"""The real catcher of mails, as provisioning installs it, on sockets and a Maildir of a test."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.programs.root_programs import installed

PROGRAM = "/usr/local/lib/understudy/catch-mail"
PYTHON = "/usr/bin/python3"
# As systemd does it: the sockets are the descriptors from 3 on.
_START = """
import os, sys
for number, descriptor in enumerate(map(int, sys.argv[1].split(",")), 10): os.dup2(descriptor, number)
count = len(sys.argv[1].split(","))
for number in range(count): os.dup2(10 + number, 3 + number)
os.environ["LISTEN_FDS"] = str(count)
os.execv(sys.argv[2], sys.argv[2:])
"""


def needs_aiosmtpd() -> None:
    """Skips the test on a machine without the distribution's package."""
    program = shutil.which(PYTHON)
    done = subprocess.run([program or "false", "-I", "-c", "import aiosmtpd"], capture_output=True)
    if done.returncode:
        pytest.skip("python3-aiosmtpd is not installed")


@dataclass(frozen=True)
class Catcher:
    maildir: Path
    ports: tuple[int, ...]

    def files(self) -> list[Path]:
        return sorted((self.maildir / "new").iterdir())

    def mails(self) -> list[EmailMessage]:
        read = (
            message_from_bytes(file.read_bytes(), policy=policy.default) for file in self.files()
        )
        return [mail for mail in read if isinstance(mail, EmailMessage)]


@contextmanager
def running(directory: Path, **bounds: int) -> Iterator[Catcher]:
    """bounds: MOST, MOST_BYTES or LARGEST of the program, to change."""
    needs_aiosmtpd()
    text = installed()[PROGRAM].text
    for name, value in bounds.items():
        text = text.replace('if __name__ == "__main__":', f"{name} = {value}\n\n\nif True:")
    program = directory / "catch-mail"
    program.write_text(text)
    program.chmod(0o755)
    maildir = directory / "mails"
    for name in ("new", "tmp", "cur"):
        (maildir / name).mkdir(parents=True, exist_ok=True)
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    numbers = [one.fileno() for one in sockets]
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", _START, ",".join(map(str, numbers))),
            *(str(program), str(maildir)),
        ],
        pass_fds=numbers,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        yield Catcher(maildir, tuple(one.getsockname()[1] for one in sockets))
    finally:
        process.kill()
        process.wait()
        for one in sockets:
            one.close()
