"""Opens the way to a VM on another machine, for what connects to it."""

from understudy.config.model import Config
from understudy.paths import Project
from understudy.vm import provider, tunnel


def ensure(project: Project, config: Config) -> bool:
    """Whether the way was opened by this: not if it was open, if none is needed, or if there is no VM.

    Raises Unreachable if there is no SSH to the other machine.
    """
    way = tunnel.of(project, config)
    return bool(way and provider.built(project, config.vm.name) and way.ensure())
