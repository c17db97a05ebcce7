"""The code that is live between the migration and the switch: what it can't do on the new tables. Pure."""

from understudy.commands import old_code
from understudy.deploy.desired import DesiredState
from understudy.host.facts import ObservedState

_SUMMARY = (
    "from the migration to the switch the old code can't do all of its work on the new tables:"
)
_SPLIT = (
    "Give a new column `db_default` (Django 5) or `null=True`, and take a column or table away in a later "
    "deploy than its last use."
)
_PAUSE = "Or set `app.maintenance: migrations`: visitors then get its page meanwhile."
_PAUSE_ALL = "Or turn `maintenance on` for the deploy: visitors then get its page meanwhile."


def answering(desired: DesiredState, observed: ObservedState) -> str | None:
    """The id of the earlier release that answers visitors while this one migrates; None if there is none."""
    old = observed.current
    if _is_closed(desired, observed) or old == desired.release.id or old not in observed.running:
        return None
    return old


def is_compared(desired: DesiredState, observed: ObservedState) -> bool:
    """Whether the live release compares its models with the migrated database. In maintenance only its
    processes and timers still work there.
    """
    if desired.app.preset != "django" or observed.current in (None, desired.release.id):
        return False
    works = desired.config.processes or desired.config.timers
    return bool(works) or not _is_closed(desired, observed)


def _is_closed(desired: DesiredState, observed: ObservedState) -> bool:
    """Whether visitors get the page of maintenance while this release migrates."""
    return bool(desired.while_migrating or observed.maintenance)


def warnings_in(output: str, desired: DesiredState) -> tuple[str, ...]:
    """One, if the live release's comparison is in a step's output and has found something."""
    found = old_code.parse(output)
    if not (found.unknown and found.broken):
        return ()
    pause = _PAUSE_ALL if desired.has_company else _PAUSE
    hint = _SPLIT if desired.while_migrating else f"{_SPLIT} {pause}"
    return ("\n".join((_SUMMARY, *(f"  {one}" for one in found.broken), hint)),)
