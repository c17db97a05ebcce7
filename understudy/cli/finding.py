"""The result of one of doctor's checks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """fix: what fixes the problem; empty if there is none. advice: what would be better, though it works."""

    title: str
    seen: str
    fix: str = ""
    advice: str = ""
