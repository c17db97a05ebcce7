"""What a copy has of PostgreSQL where the database is elsewhere: a VM's box is one for all roles. Pure."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from understudy.config.parity import Intended
from understudy.parity.capture.value import Capture

_REASON = "a PostgreSQL server that no one uses: the database is on another host"
_PATHS = (
    *("postgresql.*", "units.postgresql*", "ports.tcp 127.0.0.1:5432", "ports.tcp [[]::1]:5432"),
    *("packages.postgresql*", "packages.ssl-cert", "packages.libllvm*", "packages.libz3-*"),
    *(
        "packages.lib*json*-perl",
        "packages.libcommon-sense-perl",
        "packages.libtypes-serialiser-perl",
    ),
    *("users.postgres.*", "users.group postgres", "users.group ssl-cert"),
    *("files./etc/*postgresql*", "modes./etc/*postgresql*"),
)


def differences(model: Capture, copy: Capture) -> Iterator[Intended]:
    """Only what the copy has and the model has not."""
    if model.entry("postgresql.version") or not copy.entry("postgresql.version"):
        return
    for section, entries in copy.sections.items():
        for path in (f"{section}.{key}" for key in entries):
            if model.entry(path) is None and any(fnmatchcase(path, one) for one in _PATHS):
                yield Intended(path=path, reason=_REASON)
