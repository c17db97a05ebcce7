"""The part `secrets` of deploy.yml: those that each host makes for itself. No value is ever in deploy.yml."""

from typing import Annotated

from pydantic import Field

from understudy.config.base import Strict
from understudy.config.checks import text

# A host keeps a password of basic_auth as a hash: no one could ever read one that it had made. Credentials of
# acme.dns are made by who has the zone.
SecretName = Annotated[
    str,
    text(
        r"(?!BASIC_AUTH_|ACME_DNS_)[A-Z_][A-Z0-9_]*",
        "capital letters, digits and underscores, not starting with a digit; passwords of basic_auth and "
        "credentials of acme.dns are given by `secrets set`",
        "SIGNING_SECRET",
    ),
]


class Secret(Strict):
    """generate: how many letters and digits it has. Shorter ones could be guessed."""

    generate: int = Field(
        ge=16, le=1024, examples=[50], description="letters and digits of the value"
    )
