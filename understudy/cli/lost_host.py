"""A host of a target with several that does not answer: it may be lost for good."""

from contextlib import suppress

from understudy.config import host_choice, model, topology
from understudy.errors import NoConnection, UnderstudyError
from understudy.paths import Project


def explain(error: NoConnection, project: Project, target: str) -> None:
    """Says in the error's hint which of the target's hosts it is, and what to do without it."""
    with suppress(UnderstudyError, OSError):
        hosts = model.load(project.config_file).target(target).host_list
        lost = topology.of_host(hosts, error.address or "")
        if lost and len(hosts) > 1:
            error.hint = (
                f"Is {host_choice.named(lost)} up? If it is lost for good, take it out of `hosts` in "
                "deploy.yml, or give its place to another one: docs/topology.md#a-host-that-is-lost"
            )
