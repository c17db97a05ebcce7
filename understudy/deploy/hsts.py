"""What a deploy promises to browsers by `hsts`, and can't take back. Pure."""

import re

from understudy.deploy.desired import DesiredState, installed_nginx
from understudy.host.facts import ObservedState

# As templates/nginx-variables.j2 has it.
_SENT = re.compile(r'map \$sent_http_strict_transport_security \S+ \{ "" max-age=(\d+); \}')


def warnings(desired: DesiredState, observed: ObservedState) -> list[str]:
    """One if browsers would be held to HTTPS for longer than by the nginx file that the host has."""
    target = desired.target
    sent = _SENT.search(installed_nginx(desired, observed))
    if target.hsts_seconds <= (int(sent[1]) if sent else 0):
        return []
    names = " and ".join(target.domains)
    return [
        f"hsts: {target.hsts}: for that time after a visit, browsers open {names} by HTTPS with a valid "
        "certificate or not at all. `hsts: 0` reaches only those that come by HTTPS again: see docs/edge.md"
    ]
