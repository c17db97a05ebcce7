"""What of a host's system decides how an app runs there: one small query, one parser. Pure."""

import re
from collections.abc import Mapping

from understudy.commands import Argv, answers, script
from understudy.config.base import Strict
from understudy.host import query_errors

# The packages that run a site. Others do not matter to the app: its own come from its lock.
_PATTERNS = (
    *("nginx", "python3", "openssl", "libssl3*", "libsqlite3-0", "sqlite3"),
    *("postgresql-[0-9][0-9]", "mariadb-server", "systemd", "libc6"),
)
_DATABASE = re.compile(r"postgresql-\d+|mariadb-server")
_QUERY = r"""
. /etc/os-release
printf 'os\t%s\n' "$ID ${VERSION_ID:-unstable}"
printf 'machine\t%s\n' "$(uname -m)"
printf 'python\t%s\n' "$(readlink -f /usr/bin/python3 || true)"
dpkg-query -Wf 'package\t${db:Status-Status}\t${Package}\t${Version}\n' "$@" 2>/dev/null || true
printf 'end\tok\n'
"""


class Fingerprint(Strict):
    """os: as "debian 12". machine: as "x86_64". python: as "3.11". packages: name -> version."""

    os: str
    machine: str
    python: str
    packages: Mapping[str, str]


def query() -> Argv:
    """The command whose output parse() reads. It changes nothing."""
    return script(_QUERY, *_PATTERNS)


def parse(output: str) -> Fingerprint:
    """Output of the query -> Fingerprint. Raises StepFailed if it was cut off."""
    rows = [line.split("\t") for line in output.splitlines()]
    if not rows or rows[-1] != ["end", "ok"]:
        raise query_errors.cut_off("the host's system", output)
    values = {row[0]: row[1] for row in rows if len(row) == 2}
    return Fingerprint(
        os=values.get("os", ""),
        machine=answers.machine(values.get("machine", "")),
        python=answers.python(values.get("python", "")),
        packages={
            row[2]: row[3] for row in rows if len(row) == 4 and row[:2] == ["package", "installed"]
        },
    )


def without_database(found: Fingerprint) -> Fingerprint:
    """For a host whose database is on another one: it has no server of its own."""
    kept = {name: one for name, one in found.packages.items() if not _DATABASE.fullmatch(name)}
    return found.model_copy(update={"packages": kept})


def differences(staging: Fingerprint, host: Fingerprint, name: str) -> tuple[str, ...]:
    """A sentence for each way in which the host called `name` differs from staging at the rehearsal.

    A package that only the host has is no difference: the app was rehearsed without it.
    """
    parts = (
        ("runs", host.os, staging.os),
        ("is a machine of", host.machine, staging.machine),
        ("has Python", host.python, staging.python),
    )
    system = [
        f"{name} {verb} {there or 'an unknown one'}, staging {verb} {here or 'an unknown one'}"
        for verb, there, here in parts
        if there != here
    ]
    packages = [
        f"{name} has {_shown(package, host)}, staging had {_shown(package, staging)}: "
        "upgrade the one that is behind"
        for package in sorted(staging.packages)
        if _upstream(package, host) != _upstream(package, staging)
    ]
    return (*system, *packages)


def _shown(package: str, fingerprint: Fingerprint) -> str:
    version = _upstream(package, fingerprint)
    return f"{package} {version}" if version else f"no {package}"


def _upstream(package: str, fingerprint: Fingerprint) -> str | None:
    version = fingerprint.packages.get(package)
    return version and upstream(version)


def upstream(version: str) -> str:
    """The version without epoch and Debian revision: 1:3.0.16-1~deb12u1 is 3.0.16 (deb-version(7)).

    Security updates change the revision only, and reach two hosts at different times. They leave behaviour
    as it is; a new upstream version may not.
    """
    return re.sub(r"^\d+:|-[^-]*$", "", version)
