"""What requirements files ask for, as a value. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Requirements:
    """given: the paths of the files that include the others. lines: logical ones of all files, in the normal
    form where they can be.

    files: path and text of each file that decides what is installed: constraints and the project files of
    packages in the repository included. constraints: the paths of the files that `-c` names.
    """

    given: tuple[str, ...]
    lines: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()
    constraints: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return self.given[0]

    @property
    def is_loose(self) -> bool:
        """Whether there are packages, and none of them has a hash."""
        wanted = [line for line in self.lines if not line.startswith("-") and " @ " not in line]
        return bool(wanted) and not any("--hash" in line for line in wanted)
