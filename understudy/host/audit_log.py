"""The audit log of a host, /var/log/understudy/SITE.log: its lines, and how they are shown. Pure.

provision/70-site-log.sh writes them, host/session.py says what is in them.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from understudy.report.answer import Answer

# The outcome of what has only begun.
BEGUN = "begun"


@dataclass(frozen=True, order=True)
class Entry:
    """at: when it ended. login: the user of the host. who: the user and the machine that ran the verb.

    outcome: `done`, or why not. without_rehearsal: the reason for a deploy without a receipt, else "".
    """

    at: datetime
    host: str
    login: str
    who: str
    verb: str
    what: str
    commit: str
    outcome: str
    seconds: float
    without_rehearsal: str = ""

    @property
    def began(self) -> datetime:
        # The log has whole seconds.
        return self.at - timedelta(seconds=self.seconds + 1)

    @property
    def is_deploy(self) -> bool:
        return self.verb in ("deploy", "rollback")

    @property
    def has_begun(self) -> bool:
        """Of an entry that was written before a command of `run` and `console`, beside that at its end."""
        return self.outcome == BEGUN

    @property
    def subject(self) -> tuple[str, ...]:
        """The same at the beginning and at the end."""
        return (self.login, self.who, self.verb, self.what, self.commit)

    def text(self) -> str:
        subject = " ".join(part for part in (self.verb, self.what) if part)
        commit = f" (commit {self.commit[:12]})" if self.commit else ""
        reason = f", without rehearsal: {self.without_rehearsal}" if self.without_rehearsal else ""
        outcome = self.outcome.replace("failed", "FAILED", 1)
        ended = f"{outcome}, {self.seconds:.0f} s{reason}"
        return f"{self.at:%Y-%m-%d %H:%M} UTC  {self.who}  {subject}{commit}: {ended}"


@dataclass(frozen=True)
class AuditLog(Answer):
    """entries: of these hosts, the newest last."""

    event: ClassVar[str] = "audit"

    target: str
    hosts: tuple[str, ...]
    entries: tuple[Entry, ...]

    def text(self) -> str:
        if not self.entries:
            return f"{self.target} has no such entry in its audit log"
        return "\n".join(
            f"{entry.host}: {entry.text()}" if len(self.hosts) > 1 else entry.text()
            for entry in self.entries
        )


def parse(text: str, host: str) -> tuple[Entry, ...]:
    """`time login {object}` a line. Lines that no understudy-site has written are left out."""
    return _ended(tuple(entry for line in text.splitlines() for entry in _entry(line, host)))


def _ended(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Without the beginning of each whose end is there as well: it was written in case the end is lost."""
    left, ends = list[Entry](), Counter[tuple[str, ...]]()
    for entry in reversed(entries):
        if not entry.has_begun:
            ends[entry.subject] += 1
        elif ends[entry.subject]:
            ends[entry.subject] -= 1
            continue
        left.append(entry)
    return tuple(reversed(left))


def _entry(line: str, host: str) -> Iterator[Entry]:
    try:
        at, login, entry = line.split(" ", 2)
        found = json.loads(entry)
        texts = {name: str(found.get(name, "")) for name in ("who", "verb", "what", "commit")}
        yield Entry(
            at=datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC),
            host=host,
            login=login,
            **texts,
            outcome=str(found.get("outcome", "")),
            seconds=float(found.get("seconds", 0)),
            without_rehearsal=str(found.get("without_rehearsal") or ""),
        )
    except (ValueError, TypeError, AttributeError):
        return
