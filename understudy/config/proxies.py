"""Which proxies in front of a target are believed: `trusted_proxies` in deploy.yml."""

from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from understudy.config.values import a_list


def _network(value: Any) -> str:
    """An address or a network, as nginx's set_real_ip_from has it."""
    try:
        network = ip_network(value)
    except ValueError:
        message = "must be an IP address or a network, for example 203.0.113.0/24"
        raise PydanticCustomError("network", message) from None
    if not network.prefixlen:
        message = (
            "must be the proxy's own network: of all addresses, each visitor would be believed"
        )
        raise PydanticCustomError("every_address", message)
    return str(network)


Network = Annotated[str, AfterValidator(_network)]
TrustedProxies = Annotated[tuple[Network, ...], a_list('["203.0.113.0/24"]')]
