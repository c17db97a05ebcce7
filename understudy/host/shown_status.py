"""Shows how a site is, as a host has just answered, or again as far as that lasts."""

from collections.abc import Mapping, Sequence
from typing import Any

from understudy.errors import NotWell, StepFailed
from understudy.host import readings, site_status, status_text
from understudy.host.last_look import Printed
from understudy.host.readings import Readings
from understudy.host.site_status import Status
from understudy.report.events import Report

EVENT = "status"


def show(found: Status, report: Report, *, quiet: bool, more: Sequence[str] = ()) -> None:
    """quiet: of a site that is well, nothing. more: lines for people."""
    if not quiet or found.problems:
        text = "\n".join((status_text.text(found), *(f"    {line}" for line in more)))
        report.result(EVENT, found.fields(), text)


def show_again(
    fields: Mapping[str, Any], output: str, site: str, report: Report, *, quiet: bool
) -> bool:
    """Shows what an earlier look has found, with all that changes by itself as the host says now. False if the
    site is not well, or if that is not known: then it needs another look. output: of the host.
    """
    try:
        now = readings.parse(readings.lines_of(output), site)
        found = Status(site_status.site_of(fields), now)
    except (StepFailed, KeyError, TypeError):
        return False
    if found.problems or not _is_whole(fields, now):
        return False
    show(found, report, quiet=quiet)
    return True


def kept(found: Sequence[Status]) -> tuple[Printed, ...]:
    """What show_again() needs, of one host whose site is well; else nothing."""
    return tuple(Printed("", EVENT, one.fields()) for one in found if not one.problems)


def require_well(found: Sequence[Status]) -> None:
    """Raises NotWell with the problems of all hosts."""
    wrong = [one for one in found if one.problems]
    if not wrong:
        return
    target = wrong[0].site.target
    if len(found) == 1:
        raise NotWell(f"{target} is not well: {'; '.join(wrong[0].problems)}")
    hosts = (f"{one.site.host}: {'; '.join(one.problems)}" for one in wrong)
    raise NotWell(f"{target} is not well", details="\n".join(hosts))


def _is_whole(fields: Mapping[str, Any], now: Readings) -> bool:
    """Whether the host has said how each service and the database is."""
    return fields["services"].keys() == now.services.keys() and bool(fields["database"]) == bool(
        now.database
    )
