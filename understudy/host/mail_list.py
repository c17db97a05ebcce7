"""The mails that the hosts of a target have captured, as they are listed. Pure."""

from dataclasses import dataclass
from typing import Any, ClassVar

from understudy.host import shown_mails
from understudy.host.mails import Mail
from understudy.local.numbers import number_of
from understudy.report.answer import Answer


@dataclass(frozen=True)
class MailList(Answer):
    """hosts: the addresses of those that were asked. mails: of all of them, the oldest first. removed: how many
    older ones they had no room for.
    """

    event: ClassVar[str] = "mails"

    target: str
    hosts: tuple[str, ...]
    mails: tuple[Mail, ...]
    removed: int

    def fields(self) -> dict[str, Any]:
        mails = [
            {"number": number, **shown_mails.shown(mail)}
            for number, mail in enumerate(self.mails, 1)
        ]
        return {
            "target": self.target,
            "hosts": list(self.hosts),
            "removed": self.removed,
            "mails": mails,
        }

    def text(self) -> str:
        """A line for each, with the number by which `mail NUMBER` knows it."""
        lines = [self._line(number, mail) for number, mail in enumerate(self.mails, 1)]
        if self.removed:
            whose = "the hosts have" if len(self.hosts) > 1 else "the host has"
            lines.insert(0, f"{self.removed} older mails were removed: {whose} no room for more")
        return "\n".join(lines if self.mails else [*lines, f"{self.target} has captured no mail"])

    def _line(self, number: int, mail: Mail) -> str:
        at = shown_mails.shown(mail)["at"][:19].replace("T", " ")
        width = max(len(_to(one)) for one in self.mails)
        where = f"{mail.host:<{max(map(len, self.hosts))}}  " if len(self.hosts) > 1 else ""
        return f"{number:>3}  {at}  {where}{_to(mail):<{width}}  {mail.subject}"


@dataclass(frozen=True)
class MailsCleared(Answer):
    """removed: how many."""

    event: ClassVar[str] = "mails cleared"

    target: str
    host: str
    removed: int

    def text(self) -> str:
        return f"{number_of(self.removed, 'mail')} removed from {self.target}"


def _to(mail: Mail) -> str:
    more = len(mail.to) - 1
    return f"{mail.to[0]} and {more} more" if more > 0 else "".join(mail.to)
