"""A site's services on this machine: real servers with the settings of provision/, and what asks them.

What systemd does for them, and that two sites are apart, is tested on a guest.
"""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs.root_programs import installed
from tests.unit.fakes import TOP

PROGRAM = "/usr/local/lib/understudy/services"
PASSWORD = "swordfish"
STATE = "/var/lib/understudy-redis/shop"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def redis_settings(word: str, port: int) -> str:
    """What provisioning writes for a site with that service, such as redis=for:cache,memory:16M."""
    parts = ("03-services.sh", "47-redis.sh")
    functions = "".join((TOP / "provision" / part).read_text() for part in parts)
    head = f"set -eu; SITE=shop SERVICES={word}; booted() {{ false; }}"
    call = f"redis_settings redis {port} {PASSWORD}"
    done = subprocess.run(
        ["sh", "-c", f"{head}\n{functions}\n{call}"], capture_output=True, text=True, check=True
    )
    return done.stdout


@contextmanager
def redis(word: str, port: int, directory: Path) -> Iterator[subprocess.Popen[str]]:
    """A real server with these settings; its data is in the directory, not in STATE."""
    directory.mkdir(exist_ok=True)
    settings = redis_settings(word, port).replace("supervised systemd\n", "")
    with subprocess.Popen(
        ["redis-server", "-"],
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        # A limit of file sizes, which a test may set, then fails a write and kills nothing.
        restore_signals=False,
    ) as process:
        assert process.stdin
        process.stdin.write(settings.replace(f"dir {STATE}\n", ""))
        process.stdin.close()
        until_it_listens(port)
        yield process
        process.kill()


def until_it_listens(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens at {port}")


def command(port: int, *words: str, password: str = PASSWORD) -> str:
    """The answer to a command, by the server's own client."""
    environment = {"REDISCLI_AUTH": password, "PATH": "/usr/bin:/bin"}
    argv = ["redis-cli", "-p", str(port), *words]
    return subprocess.run(argv, env=environment, capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True)
class ServiceSite:
    """A host in a directory, with the files of one site that the program reads."""

    root: Path

    def write(self, name: str, **variables: str) -> None:
        """name: services or env."""
        file = self.root / "srv" / "shop" / "shared" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f'{key}="{value}"\n' for key, value in variables.items()))

    def ask(self, *words: str) -> tuple[int, dict[str, str]]:
        """The exit code, and what it says of each service."""
        text = installed()[PROGRAM].text.replace('"/srv/', f'"{self.root}/srv/')
        program = self.root / "services"
        program.write_text(text.replace('f"/srv/', f'f"{self.root}/srv/'))
        argv = [sys.executable, "-I", str(program), "shop", *words]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
        assert done.stderr == ""
        assert PASSWORD not in done.stdout
        return done.returncode, dict(re.findall(r"(.*)\t(.*)\n", done.stdout))

    def of(self, service: str, url: str) -> str:
        """What it says of one that is managed elsewhere, with that URL."""
        self.write("env", URL=url)
        _, states = self.ask(f"{service}=URL")
        return states[service]
