step checker of units
# A list of what is allowed: a key that systemd learns later is refused. docs/security.md
put 0755 /usr/local/lib/understudy/check-unit <<'CHECK' || true
#!/usr/bin/python3 -I
"""check-unit SITE FILE   succeeds if FILE is a unit that runs a release as the user SITE and no more.

systemd reads units as root. Each key has the pattern of its values; what hardens the unit must be
there and can be added to.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

# Section, key, pattern of the value. {site} is the site's name.
RULES = r"""
Unit     Description              [^%]*(%i)?[^%]*
Unit     Documentation            https?://[\w./#-]+
Unit     After                    UNIT( UNIT)*
Unit     PartOf                   {site}\.service
Unit     StartLimitIntervalSec    NUMBER
Unit     StartLimitBurst          NUMBER
Install  WantedBy                 multi-user\.target
Service  Type                     notify|exec|simple
Service  NotifyAccess             none|main|exec|all
Service  User                     {site}
Service  Group                    {site}
Service  ExecStart                /srv/{site}/releases/%i/run( ARGUMENT)+
Service  ExecReload               /bin/kill -(HUP|USR1|USR2) \$MAINPID
Service  ExecStop                 /usr/local/lib/understudy/drain {site} %i NUMBER
Service  KillMode                 mixed|control-group
Service  TimeoutStartSec          NUMBER
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

# A unit without one of these is refused. Other hardening of the template may be missing, for an app that
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


def rules(site: str) -> Rules:
    """RULES, with WORDS and the site's name put in."""
    found: Rules = {}
    for rule in RULES.strip().splitlines():
        section, key, *pattern = rule.split(None, 2)
        text = re.sub(rf"\b({'|'.join(WORDS)})\b", lambda word: WORDS[word[1]], "".join(pattern))
        found[section, key] = re.compile(text.replace("{site}", re.escape(site)), re.ASCII)
    return found


def lines(text: str) -> Iterator[tuple[int, str, str]]:
    """(number, section, line) of those that set a key."""
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if re.fullmatch(r"\[(Unit|Service|Install)\]", line):
            section = line[1:-1]
        elif line and not line.startswith("#"):
            yield number, section, line


def is_allowed(allowed: Rules, section: str, line: str) -> bool:
    key, equals, value = line.partition("=")
    pattern = allowed.get((section, key))
    return bool(equals and pattern and pattern.fullmatch(value))


def check(site: str, text: str) -> None:
    """Raises Refused with the first line that is not allowed, or with the one that is missing."""
    # systemd ends lines at more than line feeds, and joins those that end in a backslash.
    if re.search(r"[^\n\x20-\x7e\x80-\xff]|\\", text):
        raise Refused("a line has control characters or a backslash")
    allowed, seen = rules(site), set()
    for number, section, line in lines(text):
        if not is_allowed(allowed, section, line):
            raise Refused(f"line {number} is not allowed in [{section}]: {line[:200]}")
        if section == "Service":
            seen.add(line)
    for line in REQUIRED.replace("{site}", site).split():
        if line not in seen:
            raise Refused(f"[Service] must have the line {line}")


def main(site: str, path: str) -> None:
    text = Path(path).read_bytes().decode("latin-1")
    try:
        check(site, text)
    except Refused as refused:
        sys.exit(f"the unit: {refused}")


if __name__ == "__main__":
    main(*sys.argv[1:])
CHECK
