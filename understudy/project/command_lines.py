"""Command lines of other tools, such as those of a Procfile or a crontab, as commands of a release. Pure.

A release runs its commands in the app's folder, with the programs of its environment first in PATH.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath

_REDIRECTED = re.compile(r"\s*(\d?>>?\s*(&\d|\S+)|&>>?\s*\S+)\s*$")
_FOLDER = re.compile(r"\s*cd\s+(\S+)\s*&&\s*")
_FOR_A_SHELL = re.compile(r"[;&|<>`$]|^\s*\w+=")
_QUOTED = re.compile(r"""\\.|'[^']*'|"[^"]*\"""")
# Words that run what comes after them, in an environment that a release has anyway.
_RUNNERS = (
    ("exec",),
    ("poetry", "run"),
    ("pipenv", "run"),
    ("uv", "run"),
    ("/usr/bin/env",),
    ("newrelic-admin", "run-program"),
)
_PYTHON = re.compile(r"python[\d.]*")


@dataclass(frozen=True)
class Line:
    """words: of the command. text: what the file has. is_plain: whether the words alone do the same, without
    a shell.
    """

    words: tuple[str, ...]
    text: str
    is_plain: bool = True

    @property
    def value(self) -> str | list[str]:
        """For deploy.yml."""
        return shlex.join(self.words) if self.is_plain else ["sh", "-c", self.text]


def parse(text: str, folder: str) -> Line:
    """folder: the app's, relative to deploy.yml's, which other tools start in; "" if they are the same."""
    line = _without_folder(text.strip(), folder)
    while redirected := _REDIRECTED.search(line):
        line = line[: redirected.start()]
    plain = not _FOR_A_SHELL.search(_QUOTED.sub("", line))
    try:
        words = shlex.split(line)
    except ValueError:
        words, plain = [], False
    words = _program(_without_runner(words), folder)
    return Line(tuple(words), text.strip(), plain and bool(words))


def _without_folder(line: str, folder: str) -> str:
    """A release is in the app's folder already: on a server that path is another one."""
    found = _FOLDER.match(line)
    if found and (found[1].startswith(("/", "~", "$")) or found[1].strip("./") == folder):
        return line[found.end() :]
    return line


def _without_runner(words: list[str]) -> list[str]:
    for runner in _RUNNERS:
        if tuple(words[: len(runner)]) == runner:
            rest = words[len(runner) :]
            # Options of the runner itself that take no value, such as --frozen.
            while rest and rest[0].startswith("-"):
                rest = rest[1:]
            return _without_runner(rest)
    return words


def _program(words: list[str], folder: str) -> list[str]:
    """The program by its name, and manage.py by the path that it has in the app's folder."""
    if not words:
        return words
    first, *rest = words
    name = PurePosixPath(first).name
    if name == "manage.py":
        return ["python", "manage.py", *rest]
    if _PYTHON.fullmatch(name):
        options = [rest[0]] if rest[:1] == ["-u"] else []
        script = rest[len(options) : len(options) + 1]
        if script and PurePosixPath(script[0]).name == "manage.py":
            return ["python", *options, "manage.py", *rest[len(options) + 1 :]]
        if script and folder and script[0].startswith(f"{folder}/"):
            script = [script[0].removeprefix(f"{folder}/")]
        return ["python", *options, *script, *rest[len(options) + 1 :]]
    is_installed = first.startswith(("/", "~")) or "bin/" in first
    return [name, *rest] if is_installed else words
