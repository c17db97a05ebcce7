"""A colour for each name that lines begin with: of hosts, of processes."""

import re

from rich.text import Text

# None of those that mean something: red, yellow, green.
_STYLES = ("cyan", "magenta", "blue", "bright_cyan", "bright_magenta", "bright_blue")
_AFTER_TIME = r"(?<=\d\d:\d\d:\d\d )"


class Colours:
    """Each name has the next colour, in the order in which they come."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def mark(self, text: Text, host: str, process: str) -> None:
        """Colours the host at the begin of each line, and the process behind the time; either may be ""."""
        if host:
            text.highlight_regex(rf"(?m)^{re.escape(host)}:", self._of(host))
        if process:
            text.highlight_regex(rf"{_AFTER_TIME}{re.escape(process)}:", self._of(process))

    def _of(self, name: str) -> str:
        return self._names.setdefault(name, _STYLES[len(self._names) % len(_STYLES)])
