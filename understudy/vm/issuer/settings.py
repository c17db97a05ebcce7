"""What Pebble and its name server are started with, and what the VM's target knows of them. Pure."""

import json
import re
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv4Network

from understudy.config.target import TargetConfig
from understudy.config.web_ports import HTTP
from understudy.errors import ConfigError
from understudy.vm.issuer.files import Files

PEBBLE, NAME_SERVER = "pebble", "dnsmasq"
# The same at each start: certbot keeps it with the certificate.
PORT = 14000
EMAIL = "staging@understudy.test"
LOOPBACK = "127.0.0.1"
# As Let's Encrypt's: Pebble would give years.
DAYS = 90
# Pebble tests ACME clients: without these it is slow, refuses at random, and leaves out half of the challenges
# of a name that it has checked before. With them, too, it checks challenges.
ENVIRONMENT: Mapping[str, str] = {
    "PEBBLE_VA_NOSLEEP": "1",
    "PEBBLE_WFE_NONCEREJECT": "0",
    "PEBBLE_AUTHZREUSE": "0",
}
# In the log, for each certificate.
ISSUED = "Issued certificate serial"


def gateway(address: str) -> str:
    """This machine's address in the VM's network, the first one; "" if the VM's address is a name."""
    try:
        return str(IPv4Network(f"{address}/24", strict=False)[1])
    except AddressValueError:
        return ""


def directory(address: str) -> str:
    """The URL at which the VM of that address finds Pebble."""
    return f"https://{gateway(address)}:{PORT}/dir"


def with_issuer(target: TargetConfig, files: Files, inside: str = "") -> TargetConfig:
    """The VM's target with Pebble as its issuer, if it wants that and its address is known. Raises ConfigError
    for DNS-01: the zones are not on this machine, so Pebble would never see the record.

    inside: the VM's own address, if it is behind a tunnel.
    """
    if not wants_issuer(target) or not gateway(target.address):
        return target
    if target.acme.dns:
        raise ConfigError(
            "acme.dns of the VM's target does not work with the VM's own issuer, which checks names by http-01",
            hint="Leave `dns` out there, and names with a wildcard: other targets keep theirs. Or set "
            "acme.directory there to an issuer that sees the zone.",
        )
    ours = {
        "directory": directory(inside or target.address),
        "email": target.acme.email or EMAIL,
        "terms": True,
        "ca": files.ca,
        "roots": files.roots,
    }
    return target.model_copy(update={"acme": target.acme.model_copy(update=ours)})


def wants_issuer(target: TargetConfig) -> bool:
    """Whether Pebble is to issue its certificates: `https: auto`, and deploy.yml names no issuer."""
    is_open = "directory" not in target.acme.model_fields_set
    return target.https == "auto" and (is_open or has_issuer(target))


def has_issuer(target: TargetConfig) -> bool:
    """Whether Pebble issues its certificates."""
    known = target.address or next((host.address for host in target.host_list), "")
    if known.startswith("127."):
        # This machine's end of the tunnel to a VM elsewhere, whose own network is not known here.
        ours = re.fullmatch(rf"https://[\d.]+:{PORT}/dir", target.acme.directory or "")
        return target.https == "auto" and ours is not None
    return target.https == "auto" and target.acme.directory == directory(known)


def pebble_json(files: Files, address: str, management_port: int, http_port: int = HTTP) -> str:
    """Pebble's configuration. address: the VM's, at whose http_port it checks challenges."""
    settings = {
        "listenAddress": f"{gateway(address)}:{PORT}",
        "managementListenAddress": f"{LOOPBACK}:{management_port}",
        "certificate": str(files.certificate),
        "privateKey": str(files.key),
        "httpPort": http_port,
        "tlsPort": 443,
        "certificateValidityPeriod": DAYS * 86400,
    }
    return json.dumps({"pebble": settings}, indent=1)


def pebble_command(files: Files, dns_port: int) -> tuple[str, ...]:
    return (PEBBLE, "-config", str(files.settings), "-dnsserver", f"{LOOPBACK}:{dns_port}")


def name_server_command(address: str, dns_port: int) -> tuple[str, ...]:
    """For Pebble alone: each name has the VM's address."""
    return (
        *(NAME_SERVER, "--keep-in-foreground", "--log-facility=-", "--pid-file="),
        # Nothing of this machine's own settings and names, and no other name server.
        *("--conf-file=/dev/null", "--no-hosts", "--no-resolv"),
        *(f"--listen-address={LOOPBACK}", "--bind-interfaces", f"--port={dns_port}"),
        f"--address=/#/{address}",
    )
