"""Maintenance: a block in the site's nginx file, which is the only record of it. Pure.

So it survives a reboot and a deploy, and turning it on changes nothing else of the file that is installed.
"""

import json
import re
from dataclasses import asdict, dataclass

from understudy.errors import Refused
from understudy.local.minutes import in_minutes

# Of templates/nginx.conf.j2, where the block comes; the block ends with the second line.
_OFF = "    # maintenance: off\n"
_END = "    # end of maintenance\n"
_BLOCK = re.compile(rf"^    # maintenance: (\{{.*\}})\n(?:.*\n)*?{_END}", re.MULTILINE)


@dataclass(frozen=True)
class Maintenance:
    """since, until: ISO 8601 in UTC; until may be empty. message: for visitors. allow: addresses and networks
    whose visitors see the site. by: who turned it on. automatic: a deploy did, and the next one turns it off.
    """

    since: str
    by: str
    message: str = ""
    until: str = ""
    allow: tuple[str, ...] = ()
    automatic: bool = False


def find(nginx: str) -> Maintenance | None:
    """The maintenance that a site's nginx file has on. One that can't be read is on as well."""
    found = _BLOCK.search(nginx)
    if not found:
        return None
    try:
        values = json.loads(found[1])
        return Maintenance(**{**values, "allow": tuple(values["allow"])})
    except (ValueError, TypeError, KeyError):
        return Maintenance(since="", by="")


def describe(on: Maintenance) -> str:
    parts = [
        f"MAINTENANCE is on since {in_minutes(on.since) or 'an unknown time'}",
        f" by {on.by}" if on.by else "",
        f" until {in_minutes(on.until)}" if on.until else "",
        f", allowed: {', '.join(on.allow)}" if on.allow else "",
        f', with the message "{on.message}"' if on.message else "",
    ]
    return "".join(parts)


def turned_on(nginx: str, maintenance: Maintenance, block: str) -> str:
    """The file with maintenance on. block: its directives. Raises Refused for a file without a place for it."""
    without = turned_off(nginx)
    if _OFF not in without:
        raise Refused(
            f"the site's nginx file has no line `{_OFF.strip()}`",
            hint="The host has it after the next deploy. If the project has a templates/nginx.conf.j2 of its "
            "own, that file needs the line in its main server.",
        )
    first = f"    # maintenance: {json.dumps(asdict(maintenance))}\n"
    return without.replace(_OFF, f"{first}{block}{_END}", 1)


def turned_off(nginx: str) -> str:
    return _BLOCK.sub(_OFF, nginx)
