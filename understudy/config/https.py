"""How a target has HTTPS: `https` and `acme` in deploy.yml."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from understudy.config.base import Strict
from understudy.config.checks import text
from understudy.config.dns01 import Dns
from understudy.config.values import FilePath, off_or_text

# https://letsencrypt.org/getting-started/ and its directory for trials.
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
LETS_ENCRYPT_STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory"


Https = Annotated[Literal["auto", "off"], off_or_text("auto")]
DirectoryUrl = Annotated[
    str,
    text(
        r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?",
        "the URL of an ACME directory",
        LETS_ENCRYPT_STAGING,
    ),
]
Email = Annotated[
    str,
    text(
        r"([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?",
        "one e-mail address",
        "ops@example.com",
    ),
]
# Of each unit, as nginx counts them.
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000}
_TIME = text(r"0|[1-9][0-9]{0,8}[smhdwMy]", "a time, or 0 to take it back", "1d", "1y")
Hsts = Annotated[
    str,
    BeforeValidator(
        lambda value: "0" if value == 0 and value is not False else value,
        json_schema_input_type=Annotated[str, _TIME] | Literal[0],
    ),
    _TIME,
]


def seconds(time: Hsts) -> int:
    """`1y` -> 31536000"""
    amount = time.rstrip("smhdwMy")
    return int(amount) * _SECONDS[time[len(amount) :]]


class Acme(Strict):
    """Who issues the certificate of `https: auto` (RFC 8555). roots may be given for one from files, too.

    email: of the account. terms: whether the issuer's terms of service are agreed to. dns: how the host
    proves in the DNS whose the names are; None: by http-01, at its port 80. ca: a file of this machine with
    the CA of the directory itself, for one that no public CA vouches for. roots: such a file with the CAs of
    what it issues: tests and traffic trust them for the site, and no others.
    """

    directory: DirectoryUrl = LETS_ENCRYPT
    email: Email = ""
    terms: bool = False
    dns: Dns = None
    ca: FilePath | None = Field(default=None)
    roots: FilePath | None = Field(default=None)

    @property
    def issuer(self) -> str:
        """As understudy-site records it: the directory, and how it finds out whose the names are."""
        return " ".join((self.directory, *self.challenge))

    @property
    def challenge(self) -> tuple[str, ...]:
        """The word of DNS-01, () for http-01."""
        return (self.dns.word,) if self.dns else ()
