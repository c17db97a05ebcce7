"""Which plugin of certbot proves in the DNS whose the names are (DNS-01): `acme.dns` in deploy.yml."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from understudy.config.base import Strict
from understudy.config.checks import text

# Those of Debian and Ubuntu that read an ini file.
PLUGINS = (
    *("cloudflare", "digitalocean", "dnsimple", "gandi", "gehirn", "linode", "ovh", "rfc2136"),
    "sakuracloud",
)
# They are packages there, too.
_BY_HAND = (
    "; for google and route53, whose credentials are other files, see DNS-01 by hand in "
    "`understudy help docs/edge.md`"
)
Plugin = Annotated[
    str,
    text(
        "|".join(PLUGINS),
        f"one of certbot's plugins for DNS: {', '.join(PLUGINS)}{_BY_HAND}",
        "rfc2136",
    ),
]


class Dns01(Strict):
    """propagation: seconds until all name servers of the zone have a new record; None: the plugin's own."""

    plugin: Plugin = Field(description="of certbot, which knows the provider of the zone")
    propagation: int | None = Field(
        default=None,
        ge=1,
        le=3600,
        examples=[60],
        description="seconds until all name servers of the zone have a new record; default: the plugin's",
    )

    @property
    def package(self) -> str:
        return f"python3-certbot-dns-{self.plugin}"

    @property
    def word(self) -> str:
        """For understudy-site: `dns:rfc2136:30`"""
        seconds = "" if self.propagation is None else f":{self.propagation}"
        return f"dns:{self.plugin}{seconds}"


def _as_mapping(value: Any) -> Any:
    return {"plugin": value} if isinstance(value, str) else value


Dns = Annotated[
    Dns01 | None,
    BeforeValidator(
        _as_mapping,
        json_schema_input_type=Annotated[
            Plugin | Dns01 | None, Field(examples=["rfc2136", {"plugin": "rfc2136"}])
        ],
    ),
]
