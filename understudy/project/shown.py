"""What init prints: what it found and why, what it could not know, and what it would write now. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from difflib import unified_diff
from typing import Any

from understudy.project.values import Deployment, Found

_PARTS = (
    *("app", "environment", "secrets", "host", "processes", "timers", "services", "vm"),
    "production",
)
_PREFIXES = {"environment": "app.environment", "production": "targets.production"}
_COLUMN = 44


def found_lines(found: Deployment) -> Iterator[str]:
    yield f"found: {found.kind}"
    for part in _PARTS:
        values: Mapping[str, Found] = getattr(found, part)
        prefix = _PREFIXES.get(part, part)
        for key, value in values.items():
            start = "  " if value.is_sure else "  # "
            line = f"{start}{prefix}.{key}: {_shown(value.value)}"
            yield f"{line.ljust(_COLUMN)}  {value.why}"
    for path, file in found.files.items():
        yield f"  {path}: {file.why}"


def data(found: Deployment) -> dict[str, Any]:
    """The same for programs."""
    parts: dict[str, Mapping[str, Found]] = {part: getattr(found, part) for part in _PARTS}
    return {
        "kind": found.kind,
        "values": {
            part: {key: asdict(one) for key, one in values.items()}
            for part, values in parts.items()
        },
        "unknown": [asdict(one) for one in found.unknown],
        "notes": list(found.notes),
    }


def open_lines(found: Deployment) -> Iterator[str]:
    """What the user has to know or do: one text for each."""
    for one in found.unknown:
        yield f"not known: {one.what}\n  fill in: {one.line}"
    for note in found.notes:
        yield f"note: {note}"


def diff(path: str, before: str, after: str) -> list[str]:
    """As `diff -u`, without line ends."""
    lines = unified_diff(
        before.splitlines(), after.splitlines(), path, f"{path}, by init now", lineterm=""
    )
    return list(lines)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict) and "generate" in value:
        return "made on each host"
    if isinstance(value, dict) and "command" in value:
        return _shown(value["command"])
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return "null" if value is None else str(value)
