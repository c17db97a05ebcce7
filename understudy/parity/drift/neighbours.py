"""Addresses of the hosts beside one, which every set of hosts has others of, as names that sets share. Pure."""

import re
from collections.abc import Mapping

from understudy.parity.capture.value import Capture

# As in a set of the firewall, or a setting of PostgreSQL.
_SEPARATOR = r", ?"


def named(capture: Capture, names: Mapping[str, str], own: str) -> Capture:
    """The capture with `{web2}` in place of that host's address. names: address -> name. own: of the captured
    host. A list of them is in the order of the names, and without the host itself: folded with another one it
    needs no way to that.
    """
    if not names:
        return capture
    return Capture(
        {
            section: {key: _named(value, names, own) for key, value in entries.items()}
            for section, entries in capture.sections.items()
        }
    )


def _named(text: str, names: Mapping[str, str], own: str) -> str:
    for address, name in names.items():
        after = r"(?![\w:])" if ":" in address else r"(?![\w-]|\.\w)"
        text = re.sub(rf"(?<![\w.:-]){re.escape(address)}{after}", f"{{{name}}}", text)
    one = rf"\{{(?:{'|'.join(map(re.escape, {*names.values()}))})\}}"
    return re.sub(rf"{one}(?:{_SEPARATOR}{one})+", lambda found: _in_order(found[0], own), text)


def _in_order(found: str, own: str) -> str:
    listed = {*re.split(_SEPARATOR, found)}
    return ", ".join(sorted(listed - {f"{{{own}}}"}) or sorted(listed))
