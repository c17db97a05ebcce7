"""Which proxies in front of a target are believed: `trusted_proxies` in deploy.yml."""

from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AfterValidator

from understudy.config.checks import a_list, mistake


def _network(value: Any) -> str:
    """An address or a network, as nginx's set_real_ip_from has it."""
    try:
        network = ip_network(value)
    except ValueError:
        raise mistake("must be an IP address or a network, for example 203.0.113.0/24") from None
    if not network.prefixlen:
        raise mistake(
            "must be the proxy's own network: of all addresses, each visitor would be believed"
        )
    return str(network)


Network = Annotated[str, AfterValidator(_network)]
TrustedProxies = Annotated[tuple[Network, ...], a_list('["203.0.113.0/24"]')]
