"""The fixture `outbox`: what the site under test has mailed, from the hosts that capture it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from understudy.commands import mails as queries
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import Refused, StepFailed
from understudy.host import mails
from understudy.host.mails import Mail
from understudy.ssh.connection import Connection, SshConnection

# Generous: a worker may have to send it first, on a slow emulated machine.
SECONDS = 30.0
BETWEEN_QUERIES = 0.2


@dataclass(frozen=True)
class Reader:
    """Asks a host for the mails of its site. Each question is one command."""

    connection: Connection
    site: str
    target: str

    def newest(self) -> str:
        """The name of the mail that came last, "" for none."""
        return self._ask(queries.newest(self.site)).strip()

    def since(self, name: str) -> tuple[Mail, ...]:
        """The mails that came after that one, in their order."""
        return mails.parse(self._ask(queries.fetch(self.site, after=name))).mails

    def _ask(self, argv: tuple[str, ...]) -> str:
        done = self.connection.run(argv, seconds=60)
        if not done.ok:
            raise StepFailed(f"{self.target}: its mails can't be read", details=done.text)
        return done.output


@contextmanager
def connected(
    config: Config, hosts: Sequence[TargetConfig], name: str
) -> Iterator[Sequence[Reader]]:
    """One for each host. Raises Refused if the target's hosts keep no mails."""
    if not hosts[0].captures_mail:
        raise Refused(
            f"outbox needs a target that captures mail, and {name} sends it",
            hint=f"Set `mail: capture` under targets.{name} in deploy.yml and provision; or leave tests "
            "with `outbox` out there.",
        )
    with ExitStack() as stack:
        connections = [
            stack.enter_context(SshConnection(host, config.host.deployer)) for host in hosts
        ]
        yield [Reader(connection, config.app.name, name) for connection in connections]


@dataclass
class Outbox:
    """Mails that came since it was made, which is at the beginning of a test.

    shared: whether tests in other workers mail meanwhile. Then each question names its address.
    clock, sleep: of a test of it.
    """

    readers: Sequence[Reader]
    shared: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    # The newest mail of each host: their clocks may differ.
    _last: list[str] = field(init=False)
    _waiting: list[Mail] = field(default_factory=list, init=False)
    _seen: list[Mail] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._last = [reader.newest() for reader in self.readers]

    def wait_for(self, *, to: str = "", subject: str = "", timeout: float = SECONDS) -> Mail:
        """The next mail to that address, whose subject has that text; any of them if not given.

        No mail is returned twice. Fails after `timeout` seconds, and names the mails that came.
        """
        __tracebackhide__ = True
        self._refuse_others(to)
        end = self.clock() + timeout
        while True:
            self._look()
            for mail in self._waiting:
                if is_wanted(mail, to, subject):
                    self._waiting.remove(mail)
                    return mail
            if self.clock() >= end:
                raise AssertionError(missing(self._seen, to, subject, timeout))
            self.sleep(BETWEEN_QUERIES)

    def mails(self, *, to: str = "") -> list[Mail]:
        """All that came until now and were not returned yet; to that address only, if given."""
        __tracebackhide__ = True
        self._refuse_others(to)
        self._look()
        return [mail for mail in self._waiting if is_wanted(mail, to, "")]

    def clear(self) -> None:
        """Forgets all that came until now. They stay on the host."""
        self._last = [reader.newest() for reader in self.readers]
        self._waiting.clear()
        self._seen.clear()

    def _refuse_others(self, to: str) -> None:
        __tracebackhide__ = True
        if self.shared and not to:
            raise AssertionError(
                "with several workers a mail may be another test's: name an address that only this test has, "
                "such as outbox.wait_for(to=…)"
            )

    def _look(self) -> None:
        for place, reader in enumerate(self.readers):
            new = reader.since(self._last[place])
            if new:
                self._last[place] = new[-1].name
            self._waiting += new
            self._seen += new


def is_wanted(mail: Mail, to: str, subject: str) -> bool:
    addresses = {address.lower() for address in mail.to}
    return (not to or to.lower() in addresses) and subject in mail.subject


def missing(seen: list[Mail], to: str, subject: str, timeout: float) -> str:
    """What failed: the mail that was wanted, and those that came."""
    wanted = f"{f' to {to}' if to else ''}{f' with {subject!r} in its subject' if subject else ''}"
    came = [f"  to {', '.join(mail.to)}: {mail.subject!r}" for mail in seen[-10:]]
    others = "the host has kept none since the test began" if not came else "these came:"
    return "\n".join([f"no mail{wanted} within {timeout:g} s; {others}", *came])
