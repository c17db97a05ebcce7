"""Whether a host was captured before it was provisioned. Pure."""

from understudy.config.model import Config
from understudy.parity.capture import lockfile
from understudy.parity.capture.value import Capture


def warning(config: Config, target: str, capture: Capture) -> str:
    """A sentence with what to do; "" if it is provisioned for this app, or only root could know.

    target: whose capture it is; of one of several hosts with `:address`.
    """
    rights = capture.readable("sudo")
    if not rights or f"/etc/sudoers.d/understudy-{config.app.name}" in rights:
        return ""
    name = target.partition(":")[0]
    return (
        f"{target} is not provisioned for {config.app.name} yet: the capture lacks what provisioning "
        f"installs and sets there, and `drift` would show all of it. Provision it (python deploy.py provision "
        f"--target {name}), then capture it again: {lockfile.command(target)}"
    )
