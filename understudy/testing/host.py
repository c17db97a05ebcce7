"""A host of a target, as testinfra asks it."""

import shlex

import testinfra
from testinfra.host import Host

from understudy.config.target import TargetConfig


def connect(target: TargetConfig, keep_seconds: int = 60) -> Host:
    """testinfra's view of the target. Its host key must be known, as for a deploy.

    keep_seconds: how long an unused connection is kept; 0 makes one for each command, to a host that reboots.
    """
    options = ["-o StrictHostKeyChecking=yes", "-o BatchMode=yes"]
    if not keep_seconds:
        # It drops what it gets meanwhile: without these ssh tries again after half a minute only, or waits on.
        options += ["-o ConnectTimeout=10", "-o ServerAliveInterval=5"]
    if target.known_hosts:
        options.append(f"-o UserKnownHostsFile={shlex.quote(str(target.known_hosts))}")
    return testinfra.get_host(
        f"ssh://{target.admin}@{target.address}:{target.port}",
        ssh_identity_file=str(target.key) if target.key else None,
        ssh_extra_args=" ".join(options),
        controlpersist=keep_seconds,
    )
