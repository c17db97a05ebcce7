"""The lines of templates/app.service.j2 that app.loosen in deploy.yml can remove, each with a reason.

Without them a process still runs as the app's user, without capabilities and devices:
provision/66-check-unit.sh lists the lines that stay.
"""

from typing import Annotated, Literal

from understudy.config.checks import text

Loosened = Literal[
    "MemoryDenyWriteExecute",
    "PrivateUsers",
    "ProtectProc",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "SystemCallFilter",
]
Reason = Annotated[
    str,
    text(r"[^\n\r\x00]*\S[^\n\r\x00]*", "a reason in a single line", "numba compiles at run time"),
]
