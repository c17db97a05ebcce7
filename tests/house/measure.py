"""Sizes of files and functions, and imports between wings, of the package."""

import ast
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PACKAGE = TOP / "understudy"
# What isn't in a wing.
APART = "apart"
_NO_WINGS = ("__init__", "__main__")


@dataclass(frozen=True)
class Sizes:
    """In lines. under: how many are below the limit that half of them should be under."""

    count: int
    median: float
    largest: int
    largest_is: str


def modules(package: Path = PACKAGE) -> list[Path]:
    return sorted(package.rglob("*.py"))


def wing(module: Path, package: Path = PACKAGE) -> str:
    parts = module.relative_to(package).parts
    return parts[0] if len(parts) > 1 else module.stem if module.stem not in _NO_WINGS else APART


def per_folder(package: Path = PACKAGE) -> Mapping[str, int]:
    """Folder -> how many modules lie in it, an `__init__.py` that only says what lives there not counted."""
    folders = (
        module.parent.relative_to(package.parent).as_posix()
        for module in modules(package)
        if module.stem != "__init__"
    )
    return Counter(folders)


def files(package: Path = PACKAGE) -> Sizes:
    return _sizes(
        {
            path.relative_to(package).as_posix(): len(path.read_text().splitlines())
            for path in modules(package)
            if path.stem != "__init__"
        }
    )


def functions(package: Path = PACKAGE) -> Sizes:
    """The lines of their bodies, without the docstring."""
    found = {}
    for path in modules(package):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and (body := _without_docstring(node)):
                place = f"{path.relative_to(package).as_posix()}:{node.lineno} {node.name}"
                found[place] = (body[-1].end_lineno or 0) - body[0].lineno + 1
    return _sizes(found)


def _without_docstring(node: ast.FunctionDef) -> list[ast.stmt]:
    return node.body[1:] if ast.get_docstring(node) else node.body


def _sizes(found: Mapping[str, int]) -> Sizes:
    largest = max(found, key=lambda name: found[name])
    return Sizes(len(found), statistics.median(found.values()), found[largest], largest)


def imports_between_wings(package: Path = PACKAGE) -> Mapping[tuple[str, str], int]:
    """(wing, wing that it imports) -> how many of its modules do."""
    found = Counter[tuple[str, str]]()
    for path in modules(package):
        own = wing(path, package)
        others = _imported(path, package) if own != APART else ()
        found.update({(own, other) for other in others if other != own})
    return found


def _imported(path: Path, package: Path) -> Iterator[str]:
    """Wings: `x` of `from understudy.x.y import z` and of `from understudy import x`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package.name):
            parts = (node.module or "").split(".")
            # Without values of the package itself, such as its version.
            names = [alias.name for alias in node.names if not alias.name.startswith("__")]
            yield from [parts[1]] if len(parts) > 1 else names


def circles(edges: Mapping[tuple[str, str], int]) -> list[tuple[str, str]]:
    """Wings of which each can be reached from the other by imports."""
    reach = {edge[0]: _reached(edge[0], edges) for edge in edges}
    return sorted(
        (one, other)
        for one, there in reach.items()
        for other in there
        if one < other and one in reach.get(other, ())
    )


def _reached(start: str, edges: Mapping[tuple[str, str], int]) -> set[str]:
    found: set[str] = set()
    following = {start}
    while following:
        following = {other for one, other in edges if one in following} - found
        found |= following
    return found
