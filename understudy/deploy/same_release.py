"""Hosts that share their data have one and the same release live."""

from collections.abc import Sequence

from understudy.errors import Refused
from understudy.job import Job


def require(hosts: Sequence[Job], releases: Sequence[str]) -> None:
    """releases: the id of what a deploy would make live on each host. Raises Refused if they differ: an id
    follows from the commit, the secrets, and the version of Python.
    """
    if _differ(hosts, releases):
        name = hosts[0].target_name
        raise Refused(
            f"{name}: the same commit would be another release on each host: they have other secrets, or "
            "another Python",
            details=_each(hosts, releases),
            hint=f"python deploy.py provision --target {name} gives all hosts the same secrets.",
        )


def require_earlier(hosts: Sequence[Job], releases: Sequence[str]) -> None:
    """releases: the id of what a rollback would make live on each host. Raises Refused if there are several, as
    after a deploy or a rollback that was killed midway.
    """
    if _differ(hosts, releases):
        name = hosts[0].target_name
        raise Refused(
            f"{name}: the hosts would go back to different releases",
            details=_each(hosts, releases),
            hint=f"python deploy.py rollback --to RELEASE --target {name} makes one live on all; "
            f"python deploy.py releases --target {name} lists them.",
        )


def require_live(hosts: Sequence[Job], releases: Sequence[str]) -> None:
    """releases: the id of the live one of each host. Raises Refused if there are several."""
    if _differ(hosts, releases):
        name = hosts[0].target_name
        raise Refused(
            f"{name}: not the same release is live on all hosts",
            details=_each(hosts, releases),
            hint=f"python deploy.py deploy --target {name} makes one live on all.",
        )


def _differ(hosts: Sequence[Job], releases: Sequence[str]) -> bool:
    return bool(hosts[0].target.host_list) and len(set(releases)) > 1


def _each(hosts: Sequence[Job], releases: Sequence[str]) -> str:
    return "\n".join(
        f"{host.target.address}: {release}" for host, release in zip(hosts, releases, strict=True)
    )
