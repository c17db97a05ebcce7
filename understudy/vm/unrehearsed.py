"""What production has and the VM's target has not, so that no rehearsal shows whether it works. Pure."""

from understudy.config.model import Config
from understudy.vm.address import TARGET


def https(config: Config) -> str:
    """A sentence with the cure; empty if there is nothing to say."""
    name = config.vm.stands_for
    staging, mirrored = config.targets.get(TARGET), config.targets.get(name)
    if staging is None or mirrored is None or staging.has_https or not mirrored.has_https:
        return ""
    return (
        f"{name} has HTTPS and {TARGET} has not: redirects, secure cookies and the certificate are not "
        f"rehearsed. Set `https: auto` for {TARGET} in deploy.yml"
    )
