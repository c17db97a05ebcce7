"""What doctor says of the tests' browser if it is one of a Selenium Grid."""

from collections.abc import Mapping

from understudy.cli.finding import Finding
from understudy.config.browser import BrowserConfig
from understudy.errors import UnderstudyError
from understudy.testing import grid

_TITLE = "browser"


def of_grid(settings: BrowserConfig, environment: Mapping[str, str]) -> Finding | None:
    """None if the browser is this machine's."""
    try:
        found = grid.find(settings, environment)
        return _of_slots(found) if found else None
    except UnderstudyError as error:
        seen = ": ".join(filter(None, (error.summary, error.details)))
        return Finding(
            _TITLE, seen, error.hint or "Set it to a URL such as http://grid.example:4444"
        )


def _of_slots(found: grid.Grid) -> Finding:
    slots = found.slots()
    place = f"the Selenium Grid at {found.url}"
    if why := found.why_none(slots):
        # Taken slots are free again after other tests.
        fix = "" if "no free slot" in why else grid.DOCS
        return Finding(_TITLE, f"{place} {why}", fix)
    return Finding(_TITLE, f"{place}, which has {grid.counted(slots) or 'a WebDriver'}")
