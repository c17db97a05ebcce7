"""A certificate as a site shows it. Pure."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from understudy.host.certificates import covers, names_of


def key_digest(der: bytes) -> str:
    """Base64 of the SHA-256 of a certificate's public key, as browsers name it (SPKI)."""
    key = x509.load_der_x509_certificate(der).public_key()
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(info).digest()).decode()


@dataclass(frozen=True)
class Certificate:
    """names: the DNS names that it is for. ends: when it is no longer valid, in UTC."""

    serial: int
    names: tuple[str, ...]
    ends: datetime
    is_self_signed: bool

    @classmethod
    def of(cls, der: bytes) -> Self:
        found = x509.load_der_x509_certificate(der)
        return cls(
            serial=found.serial_number,
            names=tuple(names_of(found)),
            ends=found.not_valid_after_utc,
            is_self_signed=found.issuer == found.subject,
        )

    def covers(self, name: str) -> bool:
        return covers(self.names, name)

    def days_left(self, now: datetime) -> float:
        """Negative once it has ended."""
        return (self.ends - now).total_seconds() / 86400

    @property
    def shown_serial(self) -> str:
        """As openssl prints it: whole bytes."""
        digits = f"{self.serial:X}"
        return digits.zfill(len(digits) + len(digits) % 2)


@dataclass(frozen=True)
class Handshake:
    """What a site showed to a client that accepts any certificate.

    certificate: None if it showed none. failure: why; else "".
    """

    certificate: Certificate | None = None
    failure: str = ""
