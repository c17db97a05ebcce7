"""Asks a host how the site's services are: the program of provision/46-service-check.sh."""

import re
from collections.abc import Mapping

from understudy.commands import Argv

_STATE = re.compile(r"([a-z]+)\t(.+)")
OK = "ok"


def ask(site: str, words: tuple[str, ...]) -> Argv:
    """words: the names of services; with `=SECRET` behind those that are managed elsewhere."""
    return ("/usr/local/lib/understudy/services", site, *words)


def states(output: str) -> Mapping[str, str]:
    """Name -> OK, or what is wrong with it."""
    found = (_STATE.fullmatch(line) for line in output.splitlines())
    return {match[1]: match[2] for match in found if match}


def journal(unit: str) -> Argv:
    """The last lines of it, without times."""
    return ("journalctl", "--quiet", "--no-pager", "--output=cat", "--lines=5", f"--unit={unit}")
