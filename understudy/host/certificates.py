"""What a host's certificates are like, and whether they will be renewed: parsed to frozen values. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from understudy.config import overdue
from understudy.local.numbers import number_of

if TYPE_CHECKING:
    from cryptography import x509

DAYS_TO_WARN = overdue.DAYS_TO_WARN
DAYS_TO_FAIL = 7


@dataclass(frozen=True)
class CertificateState:
    """A certificate that nginx serves or will serve.

    names: the domains that it is valid for. ends: its last moment. days: whole days left until then, by the
    host's own clock. issuer: the name of who issued it. self_signed: no issuer vouches for it.
    problem: why its file can't be read as a certificate, "" if it can.
    """

    names: tuple[str, ...] = ()
    ends: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    days: int = 0
    issuer: str = ""
    serial: str = ""
    self_signed: bool = False
    problem: str = ""

    @property
    def when(self) -> str:
        """`ends in 5 days (2024-03-01)`"""
        number = number_of(abs(self.days), "day")
        time = f"ends in {number}" if self.days >= 0 else f"ended {number} ago"
        return f"{time} ({self.ends:%Y-%m-%d})"


@dataclass(frozen=True)
class RenewalState:
    """certbot's timer on a host. ran: when it ran last, None if that is not known. failed: that run failed."""

    active: bool
    ran: datetime | None
    failed: bool


def describe(state: CertificateState | None, *, by_issuer: bool = True) -> str:
    """One line for people. What needs them is in capitals.

    by_issuer: whether an issuer is asked for it, as `https: auto` does. Else its files are given, and may be
    self-signed on purpose.
    """
    if state is None:
        return "NO CERTIFICATE"
    if state.problem:
        return f"certificate UNREADABLE: {state.problem}"
    if state.self_signed and by_issuer:
        return "certificate SELF-SIGNED: no issuer has issued one yet"
    soon = "EXPIRED: " if state.days < 0 else "ENDS SOON: " if state.days < DAYS_TO_WARN else ""
    names = f"certificate of {', '.join(state.names) or 'no name'}"
    if state.self_signed and not soon:
        return f"{names}, self-signed, valid until {state.ends:%Y-%m-%d}"
    by = "self-signed" if state.self_signed else f"by {state.issuer}"
    return f"{names} {soon}{state.when}, {by}"


def describe_unserved(state: CertificateState, answer: str) -> str:
    """What to do if nginx shows another certificate than its file has; "" if it shows that one, or if that is
    not known. answer: of commands.nginx.served_certificate().
    """
    served = re.search(r"^serial=([0-9A-F]+)$", answer, re.MULTILINE)
    if not served or not state.serial or int(served[1], 16) == int(state.serial, 16):
        return ""
    written = re.search(r"^(\d{1,11})$", answer, re.MULTILINE)
    when = (
        f" on {datetime.fromtimestamp(int(written[1]), UTC):%Y-%m-%d %H:%M} UTC" if written else ""
    )
    return (
        f"NOT SERVED: the certificate's file was renewed{when}, nginx serves the old one: "
        "systemctl reload nginx"
    )


def covers(names: Collection[str], name: str) -> bool:
    """Whether a certificate for those names is for this one: a wildcard is for one label (RFC 6125, 6.4.3)."""
    return name in names or f"*.{name.partition('.')[2]}" in names


def describe_renewal(renewal: RenewalState) -> str:
    """The same of certbot's timer."""
    if not renewal.active:
        return "renewal NOT RUNNING: certbot.timer is off"
    ran = f"{renewal.ran:%Y-%m-%d %H:%M} UTC" if renewal.ran else "at an unknown time"
    failed = "; that run FAILED: journalctl -u certbot" if renewal.failed else ""
    return f"certbot's timer ran last {ran}{failed}"


def parse_pem(text: str, today: str) -> CertificateState:
    """The first certificate of a chain. today: the host's date, as 2024-02-29."""
    # Most hosts have plain HTTP: then nothing of this is needed.
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(text.encode())
        ends, day = found.not_valid_after_utc, date.fromisoformat(today)
    except ValueError as error:
        return CertificateState(problem=str(error).partition("\n")[0])
    return CertificateState(
        names=tuple(names_of(found)),
        ends=ends,
        days=(ends.date() - day).days,
        issuer=found.issuer.rfc4514_string(),
        serial=f"{found.serial_number:X}",
        self_signed=found.issuer == found.subject,
    )


def parse_renewal(
    *, units: list[str], failed: list[str], ran: str, certificates: Mapping[str, object]
) -> RenewalState | None:
    """None for a host that has no certificates. ran: seconds since the epoch, "" if not known."""
    if not certificates:
        return None
    return RenewalState(
        active="certbot.timer" in units,
        ran=datetime.fromtimestamp(int(ran), UTC) if ran.isdecimal() and len(ran) < 12 else None,
        failed="certbot.service" in failed,
    )


def names_of(certificate: "x509.Certificate") -> Iterator[str]:
    """The DNS names that it is for; none if it lists them in a way that can't be read."""
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return
    yield from names.value.get_values_for_type(x509.DNSName)
