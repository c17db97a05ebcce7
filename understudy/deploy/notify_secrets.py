"""Whether a host has the URLs of those that it has to notify. Pure."""

from understudy.deploy.desired import DesiredState
from understudy.host.facts import ObservedState


def warnings(target: str, desired: DesiredState, observed: ObservedState) -> list[str]:
    """A sentence if a host that sends messages to people lacks some of the secrets with their URLs."""
    config = desired.config
    if not (config.notify.on_hosts() and config.notifies(desired.target)):
        return []
    missing = [name for name in config.notify.to if name not in observed.secret_names]
    if not missing:
        return []
    return [
        f"notify: the host has no secret {', '.join(missing)}, so no one hears of a timer that fails there, "
        f"or of a certificate that ends. `python deploy.py secrets set {missing[0]} --target {target}` takes "
        "apprise's URL."
    ]
