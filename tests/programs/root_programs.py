"""The programs that provisioning installs, unchanged but for their paths, on a host in a directory.

Programs that change the system are fakes that record their calls. Other tools are links, or wrappers that
record calls and environments. There are no other programs on PATH.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.unit.fakes import TOP

FAKES = (
    *("systemctl", "nginx", "pgrep", "systemd-run", "systemd-analyze", "nft", "chattr", "chown"),
)
TOOLS = (
    *(
        "awk",
        "basename",
        "cat",
        "chmod",
        "cmp",
        "comm",
        "cp",
        "cut",
        "date",
        "dd",
        "dirname",
        "find",
        "flock",
        "grep",
    ),
    *(
        "head",
        "iconv",
        "id",
        "install",
        "ln",
        "mkdir",
        "mktemp",
        "mv",
        "openssl",
        "readlink",
        "rm",
        "sed",
        "sleep",
        "sort",
    ),
    *("stat", "sync", "tail", "timeout", "tr", "wc"),
)


# A heredoc of provision/ that becomes a file below /usr/local: mode, path, end, text.
_INSTALLED = re.compile(
    r"^put (\d+) (/usr/local/\S+) <<'(\w+)' \|\| true\n(.*?^)\3\n", re.MULTILINE | re.DOTALL
)
CHECKERS = "/usr/local/lib/understudy"


@dataclass(frozen=True)
class Installed:
    """A file that provisioning writes below /usr/local."""

    text: str
    mode: int

    def write(self, file: Path, text: str | None = None) -> None:
        """text: another one than its own."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.text if text is None else text)
        file.chmod(self.mode)


@cache
def installed() -> dict[str, Installed]:
    """What provisioning writes below /usr/local, by its path on a host."""
    parts = sorted((TOP / "provision").glob("[0-9]*.sh"))
    return {
        path: Installed(text, int(mode, 8))
        for part in parts
        for mode, path, _, text in _INSTALLED.findall(part.read_text())
    }


@dataclass(frozen=True)
class Host:
    """A host's file tree and the program on it."""

    root: Path
    program: Path

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [str(self.program), "todo", *words],
            env={"PATH": str(self.path("bin")), **environment},
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )

    def together(self, *calls: tuple[tuple[str, ...], bytes]) -> None:
        """Runs calls at the same time, each with its input; all have to succeed."""
        running = [self.start(*words) for words, _ in calls]
        # Each call waits for its input, and all have begun before the first gets it.
        for process, (_, given) in zip(running, calls, strict=True):
            assert process.stdin
            process.stdin.write(given)
            process.stdin.close()
            process.stdin = None
        for process in running:
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors.decode()

    def run(
        self, *words: str, given: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        process = self.start(*words, **environment)
        output, errors = process.communicate(given, timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def done(self, *words: str, given: bytes = b"", **environment: str) -> str:
        """Output of a call that has to succeed."""
        answer = self.run(*words, given=given, **environment)
        assert answer.returncode == 0, answer.stderr.decode()
        return answer.stdout.decode()

    def refused(self, *words: str, given: bytes = b"") -> str:
        """The errors of a call that has to fail."""
        answer = self.run(*words, given=given)
        assert answer.returncode in (1, 2), answer
        return answer.stderr.decode()

    def calls(self) -> list[str]:
        """The calls of fakes since the last time."""
        noted = self.path("calls")
        lines = noted.read_text().splitlines() if noted.exists() else []
        noted.unlink(missing_ok=True)
        return lines

    def fake(self, name: str, script: str) -> None:
        """Installs a fake program that records its call, then runs the script."""
        file = self.path("bin") / name
        # A link to the system's own program: written to, that would be the fake.
        file.unlink(missing_ok=True)
        noting = f'printf "%s\\n" "{name} $*" >>{self.path("calls")}\n'
        # It may be a link to this machine's own program, which writing would replace.
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\n{noting}{script}\n")
        file.chmod(0o755)

    def all_seen(self) -> str:
        """Every command line and environment of a tool, and every command line of a fake."""
        return self.path("seen").read_text(errors="replace") + "\n".join(self.calls())


PLACES = (
    *("bin", "etc/nginx/sites-available", "etc/nginx/sites-enabled", "etc/systemd/system"),
    *(
        "etc/nftables.d",
        "etc/understudy",
        "srv/todo",
        "var/log/understudy",
        "run/todo",
        "var/lib/understudy/todo",
    ),
)


def make_host(root: Path, program: str = "understudy-site", *, noting: bool = False) -> Host:
    """A host with all that provisioning installs below /usr/local; Host.program is one of it.

    noting: all tools are wrapped, which costs time.
    """
    for place in PLACES:
        (root / place).mkdir(parents=True)
    host = Host(root, root / "usr/local/sbin" / program)
    for path, file in installed().items():
        # What the checkers allow below /srv is not moved.
        text = file.text if path.startswith(f"{CHECKERS}/check-") else moved(file.text, root)
        file.write(host.path(path), text)
    for tool in TOOLS:
        _add_tool(root, tool, noting=noting)
    (root / "bin" / "python3").symlink_to(os.path.realpath(sys.executable))
    for name in FAKES:
        host.fake(name, "")
    return host


def moved(text: str, root: Path) -> str:
    """The same program, whose paths begin below root."""
    return re.sub(r"(?<![\w}.])/(srv|etc|var|run|usr/local)/", rf"{root}/\1/", text)


def _add_tool(root: Path, tool: str, *, noting: bool) -> None:
    found = shutil.which(tool)
    assert found
    if not noting:
        (root / "bin" / tool).symlink_to(found)
        return
    seen = f'{{ printf "%s\\n" "{tool} $*"; export -p; }} >>{root}/seen'
    (root / "bin" / tool).write_text(f'#!/bin/sh\n{seen}\nexec {found} "$@"\n')
    (root / "bin" / tool).chmod(0o755)
