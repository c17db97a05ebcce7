"""A capture -> the units of packages that are off on production, and so on the VM."""

import re
from collections.abc import Mapping

from understudy.parity.capture.value import Capture
from understudy.vm.mirror import left_out

_OFF = ("disabled", "masked")
# The capture may have been edited by hand, and the names become those of files.
_NAME = re.compile(r"[A-Za-z0-9_.:-]+\.(service|socket|timer)")


def off(capture: Capture) -> Mapping[str, str]:
    """Unit -> `disabled` or `masked`. Whether the box has it, only its build knows."""
    states = {unit: state.partition(", ")[0] for unit, state in capture.readable("units").items()}
    return {
        unit: state
        for unit, state in sorted(states.items())
        if state in _OFF and _NAME.fullmatch(unit) and not left_out.why(unit, left_out.UNITS)
    }


def text(found: Mapping[str, str]) -> str:
    """For provision/box/hooks/customize: a line for each, the state and the unit."""
    return "".join(f"{state} {unit}\n" for unit, state in found.items())
