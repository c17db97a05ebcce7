"""The files of an app's repository, as a value; Python files as syntax trees. Pure."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import PurePosixPath

from understudy.errors import ConfigError

# Folders whose Python files are not the app that is deployed.
_ASIDE = {"tests", "test", "docs", "doc", "examples", "example", "samples", "functional_tests"}


@dataclass(frozen=True)
class Tree:
    """paths: of all files, relative to the folder of deploy.yml. texts: of those that may matter.

    above: file names in the folders between that folder and the repository's top, the nearest first,
    each with its path relative to that folder, such as `../uv.lock`.
    """

    paths: tuple[str, ...]
    texts: Mapping[str, str]
    above: Mapping[str, str]

    @cached_property
    def modules(self) -> Mapping[str, ast.Module]:
        """The Python files that can be parsed."""
        return {path: tree for path in self.python if (tree := _parsed(self.texts[path]))}

    def module(self, path: str | None) -> ast.Module | None:
        """One of them; None for a file that is not there or can't be parsed."""
        return _parsed(self.texts[path]) if path and path in self.texts else None

    @cached_property
    def python(self) -> tuple[str, ...]:
        """The app's Python files, those nearest to the top first. Not its tests and examples."""
        paths = (path for path in self.texts if path.endswith(".py") and not is_aside(path))
        return tuple(sorted(paths, key=lambda path: (path.count("/"), path)))

    def named(self, name: str) -> list[str]:
        """The files of that name, those nearest to the top first."""
        found = (path for path in self.paths if PurePosixPath(path).name == name)
        outside = (path for path in found if not is_aside(path))
        return sorted(outside, key=lambda path: (path.count("/"), path))

    def module_file(self, name: str, below: str = "") -> str | None:
        """The file of a module, whose name starts in the folder `below`. None if it's not here."""
        base = join(below, name.replace(".", "/"))
        candidates = (f"{base}.py", f"{base}/__init__.py")
        return next((path for path in candidates if path in self.texts), None)

    def parse(self, path: str) -> ast.Module:
        """Raises ConfigError for a file that is not Python, with its line."""
        try:
            return ast.parse(self.texts[path])
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            raise ConfigError(
                f"{path}:{line}: this file can't be read as Python: {getattr(error, 'msg', error)}",
                hint=f"`python -m py_compile {path}` must work. init reads the file and never runs it; "
                "nothing was written.",
            ) from None


@cache
def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def is_aside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return any(part in _ASIDE for part in parts[:-1]) or parts[-1].startswith(
        ("test_", "tests.", "conftest")
    )


def join(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


def folder_of(path: str) -> str:
    """The folder of a file; "" for the top."""
    return path.rpartition("/")[0]


def text_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text file with their numbers, without comments and empty lines."""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.split(" #")[0].strip()
        if bare and not bare.startswith("#"):
            yield number, bare
