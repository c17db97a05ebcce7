"""Calls host/remove_site.sh, which removes a site from a host."""

from pathlib import PurePosixPath

from understudy.commands import Argv


def remove(
    script: PurePosixPath, site: str, deployer: str, database: str, *, with_data: bool
) -> Argv:
    """script: on the host. database: sqlite, postgresql or mariadb."""
    words = (str(script), site, deployer, database, *(("data",) if with_data else ()))
    return ("sudo", "-n", "sh", *words)
