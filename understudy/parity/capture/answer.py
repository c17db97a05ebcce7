"""The output of the query, cut into its sections."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from understudy.host import query_errors
from understudy.report.sanitize import plain

_BEGIN = "@@@ "
_FAILED = "!!! "


@dataclass(frozen=True)
class Answer:
    """A host's output, by section. site: the app's name. domain: the target's.

    started_at: when the query started, in seconds since 1970 by this machine's clock.
    """

    sections: Mapping[str, Sequence[str]]
    site: str
    domain: str
    started_at: float

    def lines(self, section: str) -> list[str]:
        lines = self.sections.get(section, ())
        return [line for line in lines if not line.startswith(_FAILED)]

    def pairs(self, section: str) -> Iterator[tuple[str, str]]:
        """The lines of a section that have a tab, split at it."""
        for line in self.lines(section):
            name, tab, text = line.partition("\t")
            if tab:
                yield name, text

    def why_unreadable(self, section: str) -> str | None:
        failed = [line for line in self.sections[section] if line.startswith(_FAILED)]
        return failed[0].removeprefix(_FAILED) if failed else None


def cut(output: str, site: str, domain: str, started_at: float) -> Answer:
    """Output of the query -> Answer. Raises StepFailed if it was cut off."""
    sections: dict[str, list[str]] = {}
    # The output of a login comes before the first section and is dropped.
    lines: list[str] = []
    # Line by line: a carriage return or an unfinished control code must not create or hide a marker.
    for line in (plain(line.rstrip("\r")).replace("\n", "�") for line in output.split("\n")):
        if line.startswith(_BEGIN):
            lines = sections.setdefault(line.removeprefix(_BEGIN), [])
        elif line:
            lines.append(line)
    if next(reversed(sections), "") != "end":
        raise query_errors.cut_off("the host's state", where_it_ended(output))
    return Answer(sections, site, domain, started_at)


def where_it_ended(output: str) -> str:
    """What may be shown of incomplete output: the last section's name only, for secrets are not masked yet."""
    begun = [line for line in output.splitlines() if line.startswith(_BEGIN)]
    return f"The output ends in section {begun[-1].removeprefix(_BEGIN)}." if begun else output
