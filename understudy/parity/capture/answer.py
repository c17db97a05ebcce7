"""What a host answered to the query, cut into its sections."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from understudy.host import query_errors
from understudy.report.sanitize import plain

_BEGIN = "@@@ "
_FAILED = "!!! "


@dataclass(frozen=True)
class Answer:
    """A host's answer, unread. site, domain: whose it is. asked_at: this machine's clock, seconds."""

    sections: Mapping[str, Sequence[str]]
    site: str
    domain: str
    asked_at: float

    def lines(self, section: str) -> list[str]:
        lines = self.sections.get(section, ())
        return [line for line in lines if not line.startswith(_FAILED)]

    def pairs(self, section: str) -> Iterator[tuple[str, str]]:
        """The lines of a section that have a tab, parted there."""
        for line in self.lines(section):
            name, tab, text = line.partition("\t")
            if tab:
                yield name, text

    def why_unreadable(self, section: str) -> str | None:
        failed = [line for line in self.sections[section] if line.startswith(_FAILED)]
        return failed[0].removeprefix(_FAILED) if failed else None


def cut(output: str, site: str, domain: str, asked_at: float) -> Answer:
    """Output of the query -> Answer. Raises StepFailed if it was cut off."""
    sections: dict[str, list[str]] = {}
    # What a login prints comes before the first of them.
    lines: list[str] = []
    # Line by line: a carriage return or an unfinished code within a text must not make or eat a mark.
    for line in (plain(line.rstrip("\r")).replace("\n", "�") for line in output.split("\n")):
        if line.startswith(_BEGIN):
            lines = sections.setdefault(line.removeprefix(_BEGIN), [])
        elif line:
            lines.append(line)
    if next(reversed(sections), "") != "end":
        raise query_errors.cut_off("what the host is like", how_far(output))
    return Answer(sections, site, domain, asked_at)


def how_far(output: str) -> str:
    """What may be told of an answer that is no whole one: nothing has hidden the secrets in it yet."""
    begun = [line for line in output.splitlines() if line.startswith(_BEGIN)]
    return f"The last of it was about: {begun[-1].removeprefix(_BEGIN)}" if begun else output
