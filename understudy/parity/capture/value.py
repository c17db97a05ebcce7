"""A capture: the state of a host, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass

UNREADABLE = "unreadable"
# Entry -> value; or the one entry `unreadable` -> the reason.
Section = Mapping[str, str]


@dataclass(frozen=True)
class Capture:
    """Name of a section -> section. The path of an entry is `<section>.<entry>`."""

    sections: Mapping[str, Section]

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Names of sections that could not be read -> why."""
        return {
            name: section[UNREADABLE]
            for name, section in self.sections.items()
            if UNREADABLE in section
        }

    def readable(self, name: str) -> Section:
        """A section; empty if it could not be read."""
        section = self.sections.get(name, {})
        return {} if UNREADABLE in section else section

    def entry(self, path: str) -> str | None:
        """The value at a path, None if the host has nothing there."""
        section, _, entry = path.partition(".")
        return self.sections.get(section, {}).get(entry)
