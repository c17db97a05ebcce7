"""What is known of a commit and of its lock file. None: that part is unknown."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from understudy.release import other_python

LINK, SUBMODULE, EXECUTABLE = "120000", "160000", "100755"
_LOCKED_BY = {"uv.lock": "uv lock", "poetry.lock": "poetry lock", "Pipfile.lock": "pipenv lock"}
LFS_POINTER = "version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class CommitFacts:
    """The app's directory in git and on disk. Paths are relative to it.

    committed: path -> git's mode. texts: path -> content of each file of a release; of a link, its
    target. submodules: path -> the files in its checkout. untracked, ignored, modified: paths on disk.
    """

    committed: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    submodules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    untracked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """Committed files that no release has because of `export-ignore`."""
        kept = (path for path, mode in self.committed.items() if mode != SUBMODULE)
        return tuple(path for path in kept if path not in self.texts)

    @property
    def lfs_pointers(self) -> tuple[str, ...]:
        return tuple(path for path, text in self.texts.items() if text.startswith(LFS_POINTER))

    def find(self, state: str, pattern: str) -> str | None:
        """The first path that the pattern matches as a whole. state: a field's name, such as "untracked"."""
        paths = getattr(self, state)
        return next((path for path in paths if re.fullmatch(pattern, path)), None)

    def modules(self, name: str) -> Iterator[str]:
        """The paths, without `.py`, that would be imported as that top-level name from their folder."""
        wanted = re.compile(rf"(?:.*/)?{re.escape(name)}(?:\.py|/.*\.py)")
        inside = re.compile(rf"(.*?(?:^|/){re.escape(name)})(?:\.py|/.*)")
        for path in self.committed:
            if wanted.fullmatch(path) and (found := inside.match(path)):
                yield found[1]


@dataclass(frozen=True)
class LockFacts:
    """path: of the lock file. versions: distribution -> version. made_from: the file that it is locked
    from (requirements.in, pyproject.toml), "" if none is known; wanted: the distributions in that.

    modules: distribution -> top-level names in its wheel; None if the wheels are not on this machine.
    python: the host's, as exactly as it is known; "" if it is not.
    """

    path: str = "requirements.txt"
    versions: Mapping[str, str] = field(default_factory=dict)
    made_from: str = ""
    wanted: tuple[str, ...] = ()
    modules: Mapping[str, tuple[str, ...]] | None = None
    python: str = ""

    def provides(self, module: str) -> bool | None:
        """Whether a locked package has that top-level module. None: unknown."""
        if normal(module) in self.versions:
            return True
        if self.modules is None:
            return None
        return any(module in names for names in self.modules.values())

    @property
    def command(self) -> str:
        """The command that locks again."""
        if command := _LOCKED_BY.get(PurePosixPath(self.path).name):
            return command
        if not self.made_from:
            return f"the tool that made {self.path}, with hashes"
        universal = " --universal" if self.path.endswith(".lock") else ""
        python = f" --python-version {self.python}" if self.python else ""
        options = f"--generate-hashes{universal}{python}"
        return f"uv pip compile {options} {self.made_from} -o {self.path}"

    @property
    def for_python(self) -> str:
        """How to lock for the host's Python."""
        name = PurePosixPath(self.path).name
        return other_python.hint(name, self.python) if name in _LOCKED_BY else self.command

    @property
    def add_to(self) -> str:
        return self.made_from or f"what {self.path} is made from"


def normal(name: str) -> str:
    """A distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()
