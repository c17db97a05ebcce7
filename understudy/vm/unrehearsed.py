"""What production has and the VM's target has not, so that no rehearsal shows whether it works. Pure."""

from collections.abc import Iterator

from understudy.config.https import LETS_ENCRYPT_STAGING
from understudy.config.model import Config
from understudy.vm.address import TARGET


def sentences(config: Config) -> Iterator[str]:
    """Each with its cure."""
    name = config.vm.stands_for
    staging, mirrored = config.targets.get(TARGET), config.targets.get(name)
    if staging is None or mirrored is None:
        return
    if mirrored.has_https and not staging.has_https:
        yield (
            f"{name} has HTTPS and {TARGET} has not: redirects, secure cookies and the certificate are not "
            f"rehearsed. Set `https: auto` for {TARGET} in deploy.yml"
        )
    if mirrored.acme.dns and staging.https == "auto" and not staging.acme.dns:
        yield (
            f"{name} gets its certificate by DNS-01 ({mirrored.acme.dns.plugin}) and {TARGET} by http-01: "
            "the credentials and the zone are not rehearsed. Deploy first with the acme.directory for trials, "
            f"{LETS_ENCRYPT_STAGING}"
        )
    if mirrored.names[1:] and not staging.names[1:]:
        yield (
            f"{name} has {len(mirrored.names)} names and {TARGET} has one: whether the app accepts them, and "
            f"where they lead, is not rehearsed. Give {TARGET} `domains` of its own in deploy.yml"
        )
