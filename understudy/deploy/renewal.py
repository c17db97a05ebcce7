"""What a renewal of a certificate under traffic was like, and what was wrong with it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from understudy.local.numbers import number_of
from understudy.traffic.certificate import Certificate
from understudy.traffic.samples import Summary


@dataclass(frozen=True)
class Renewal:
    """before, after: the certificates that the site showed; None for none. processes: nginx's main one,
    before and after.
    """

    before: Certificate | None
    after: Certificate | None
    processes: tuple[str, str]
    traffic: Summary

    def problems(self) -> Iterator[str]:
        """A sentence each."""
        if self.after is None:
            yield "the site shows no certificate after its renewal"
        elif self.before and self.before.serial == self.after.serial:
            yield f"the site still shows the certificate {self.after.shown_serial}"
        if self.processes[0] != self.processes[1]:
            yield "nginx was restarted for it, where a reload is enough"
        if self.traffic.failures:
            yield f"{self.traffic.failures} of {self.traffic.sent} requests were lost"

    def text(self) -> str:
        before, after = (_shown(one) for one in (self.before, self.after))
        return (
            f"certificate {before} -> {after}, {number_of(self.traffic.sent, 'request')}, "
            f"{self.traffic.failures} lost"
        )


def _shown(certificate: Certificate | None) -> str:
    return certificate.shown_serial if certificate else "none"
