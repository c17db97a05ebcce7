step checker of units
# A list of what is allowed: a key that systemd learns later is refused. docs/security.md
put 0755 /usr/local/lib/understudy/check-unit <<'CHECK' || true
#!/usr/bin/python3 -I
"""check-unit SITE FILE   succeeds if FILE is a unit that runs a release as the user SITE and no more.

FILE has the unit's name, which says what it is for. systemd reads units as root. Each key has the pattern
of its values; what hardens a service must be there and can be added to.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

# What a unit is for, by the end of its name; before it come the site's, and - and NAME for all but the first.
KINDS = {
    "@.service": "process",
    ".service": "run",
    "_failed.service": "failure",
    ".timer": "timer",
}
NAME = r"(?!(?:web|migrating)(?![a-z0-9-]))[a-z][a-z0-9]*(?:-[a-z0-9]+)*"

# Section, key, pattern of the value. {site} is the site's name, {name} that of the process or timer.
OF_KIND = {
    "web": r"""
Unit     PartOf                   {site}\.service
Install  WantedBy                 multi-user\.target
Service  Type                     notify|exec|simple
Service  ExecStart                /srv/{site}/releases/%i/run( ARGUMENT)+
Service  ExecReload               /bin/kill -(HUP|USR1|USR2) \$MAINPID
Service  ExecStop                 /usr/local/lib/understudy/drain {site} %i NUMBER
""",
    "process": r"""
Unit     PartOf                   {site}\.service
Service  Type                     notify|exec|simple
Service  ExecStart                /usr/local/lib/understudy/process {site} {name} %i (many|single)
Service  KillSignal               SIG(TERM|INT|QUIT|HUP|USR1|USR2|WINCH)
""",
    "run": r"""
Unit     OnFailure                {site}-{name}_failed\.service
Service  Type                     oneshot
Service  ExecStart                /usr/local/lib/understudy/timer {site} {name} NUMBER
Service  ExecStopPost             \+/usr/local/lib/understudy/timer-ended {site} {name}
""",
    "failure": r"""
Service  Type                     oneshot
Service  ExecStart                /usr/local/lib/understudy/timer {site} {name} failed
""",
    "timer": r"""
Timer    OnCalendar               [\w*:,./~ +-]{1,200}
Timer    RandomizedDelaySec       NUMBER
Timer    AccuracySec              NUMBER(s)?
Timer    Persistent               yes|true
Install  WantedBy                 timers\.target
""",
}
OF_ALL = r"""
Unit     Description              [^%]*(%i)?[^%]*
Unit     Documentation            https?://[\w./#-]+
Unit     After                    UNIT( UNIT)*
Unit     StartLimitIntervalSec    NUMBER
Unit     StartLimitBurst          NUMBER
"""
OF_SERVICES = r"""
Service  NotifyAccess             none|main|exec|all
Service  User                     {site}
Service  Group                    {site}
Service  KillMode                 mixed|control-group
Service  TimeoutStartSec          NUMBER|infinity
Service  TimeoutStopSec           NUMBER
Service  Restart                  no|always|on-failure|on-abnormal|on-abort|on-watchdog
Service  RestartSec               NUMBER
Service  WatchdogSec              NUMBER
Service  OOMScoreAdjust           [0-9]{1,3}|1000
Service  Nice                     1?[0-9]
Service  LimitNOFILE              NUMBER
Service  LimitNPROC               NUMBER
Service  LimitCORE                0
Service  MemoryMax                NUMBER[KMG]
Service  MemoryHigh               NUMBER[KMG]
Service  MemorySwapMax            NUMBER[KMG]?
Service  CPUQuota                 NUMBER%
Service  CPUWeight                NUMBER
Service  IOWeight                 NUMBER
Service  TasksMax                 NUMBER
Service  UMask                    00[2367]7
Service  NoNewPrivileges          yes
Service  CapabilityBoundingSet
Service  AmbientCapabilities
Service  PrivateDevices           yes
Service  PrivateTmp               yes
Service  PrivateUsers             yes
Service  PrivateNetwork           yes
Service  PrivateIPC               yes
Service  ProtectSystem            strict
Service  ProtectHome              yes
Service  ProtectClock             yes
Service  ProtectHostname          yes
Service  ProtectControlGroups     yes
Service  ProtectKernelLogs        yes
Service  ProtectKernelModules     yes
Service  ProtectKernelTunables    yes
Service  ProtectProc              invisible|ptraceable|noaccess
Service  ProcSubset               pid
Service  RestrictSUIDSGID         yes
Service  RestrictRealtime         yes
Service  RestrictNamespaces       yes
Service  RestrictAddressFamilies  none|FAMILY( FAMILY)*
Service  LockPersonality          yes
Service  MemoryDenyWriteExecute   yes
Service  KeyringMode              private
Service  RemoveIPC                yes
Service  SystemCallArchitectures  native
Service  SystemCallFilter         @system-service|~@?[a-z0-9_-]+( @?[a-z0-9_-]+)*
Service  SystemCallErrorNumber    EPERM
Service  DevicePolicy             closed
Service  IPAddressDeny            any|[0-9a-f.:/]+
Service  IPAddressAllow           localhost|[0-9a-f.:/]+
Service  ReadWritePaths           WRITABLE( WRITABLE)*
Service  ReadOnlyPaths            PATH( PATH)*
Service  InaccessiblePaths        PATH( PATH)*
Service  NoExecPaths              PATH( PATH)*
"""
WORDS = {
    "UNIT": r"[a-z0-9@-]+\.(?:service|target|socket)",
    "FAMILY": r"AF_(?:UNIX|INET|INET6|NETLINK)",
    "NUMBER": r"[0-9]{1,9}",
    "ARGUMENT": r"(?:[\w./:=,@-]|%i)+",
    "WRITABLE": r"(?:/srv/{site}/shared/(?:database|media|backups)|/run/{site})",
    "PATH": r"-?(?:/(?!\.{1,2}(?:[/ ]|$))[\w.@-]+)+",
}

# A service without one of these is refused. Other hardening of the template may be missing, for an app that
# can't run with it (`app.loosen` in deploy.yml): a process without it is still the app's user, with no
# capabilities and no devices.
REQUIRED = r"""
User={site}
Group={site}
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
UMask=0027
"""


class Refused(Exception):
    pass


# (section, key): pattern of its values
Rules = dict[tuple[str, str], re.Pattern[str]]


def kind(site: str, unit: str) -> tuple[str, str]:
    """What the unit of that file name is for, and the name of its process or timer, "" for the web process.
    Raises Refused if it is no unit of the site.
    """
    if unit == f"{site}@.service":
        return "web", ""
    found = re.fullmatch(rf"{re.escape(site)}-({NAME})([@_.].+)", unit)
    if not found or found[2] not in KINDS or len(found[1]) > 31:
        raise Refused(f"{unit[:200]!r} is not a name of a unit of {site}")
    return KINDS[found[2]], found[1]


def rules(site: str, kind: str, name: str) -> Rules:
    """Those of that kind, with WORDS and the names put in."""
    found: Rules = {}
    listed = OF_KIND[kind] + OF_ALL + (OF_SERVICES if kind != "timer" else "")
    for rule in filter(None, listed.splitlines()):
        section, key, *pattern = rule.split(None, 2)
        text = re.sub(rf"\b({'|'.join(WORDS)})\b", lambda word: WORDS[word[1]], "".join(pattern))
        for place, value in (("{site}", site), ("{name}", name)):
            text = text.replace(place, re.escape(value))
        found[section, key] = re.compile(text, re.ASCII)
    return found


def lines(text: str) -> Iterator[tuple[int, str, str]]:
    """(number, section, line) of those that set a key."""
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if re.fullmatch(r"\[(Unit|Service|Timer|Install)\]", line):
            section = line[1:-1]
        elif line and not line.startswith("#"):
            yield number, section, line


def is_allowed(allowed: Rules, section: str, line: str) -> bool:
    key, equals, value = line.partition("=")
    pattern = allowed.get((section, key))
    return bool(equals and pattern and pattern.fullmatch(value))


def check(site: str, unit: str, text: str) -> None:
    """Raises Refused with the first line that is not allowed, or with the one that is missing."""
    what, name = kind(site, unit)
    # systemd ends lines at more than line feeds, and joins those that end in a backslash.
    if re.search(r"[^\n\x20-\x7e\x80-\xff]|\\", text):
        raise Refused("a line has control characters or a backslash")
    allowed, seen = rules(site, what, name), set()
    for number, section, line in lines(text):
        if not is_allowed(allowed, section, line):
            raise Refused(f"line {number} is not allowed in [{section}]: {line[:200]}")
        if section == "Service":
            seen.add(line)
    for line in REQUIRED.replace("{site}", site).split() if what != "timer" else ():
        if line not in seen:
            raise Refused(f"[Service] must have the line {line}")


def main(site: str, path: str) -> None:
    unit, text = Path(path).name, Path(path).read_bytes().decode("latin-1")
    try:
        check(site, unit, text)
    except Refused as refused:
        sys.exit(f"the unit {unit}: {refused}")


if __name__ == "__main__":
    main(*sys.argv[1:])
CHECK
