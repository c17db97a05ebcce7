"""The questions of a diagnosis to a host: one script for all, one line for each answer."""

from collections.abc import Iterable

from understudy.commands import Argv, script

# Kind of question -> shell that prints the answer for the name $1.
_QUESTIONS = {
    "resolves": 'getent hosts "$1" >/dev/null && echo yes || echo no',
    "library": 'ldconfig -p | grep -qF "$1 " && echo yes || echo no',
    "program": 'command -v -- "$1" >/dev/null && echo yes || echo no',
    "locale": 'locale -a | tr -d - | grep -qix "$(printf %s "$1" | tr -d -)" && echo yes || echo no',
    "port": 'ss -Hltn "sport = :$1" | grep -q . && echo yes || echo no',
    # An address and port of another host.
    "reaches": 'said=$(timeout 5 bash -c \'exec 3<>"/dev/tcp/${1%:*}/${1##*:}"\' _ "$1" 2>&1) && echo yes || '
    "case $said in *refused*) echo refused ;; *) echo no ;; esac",
    "service": 'state=$(systemctl is-active "$1" 2>/dev/null) || true; echo "${state:-unknown}"',
    "path": "stat -L -c '%F %a %U:%G' -- \"$1\" 2>/dev/null || "
    '{ [ -L "$1" ] && echo broken link; } || '
    # The nearest folder above that is there decides: only who may search it knows what isn't.
    '{ above=$1; until above=$(dirname -- "$above"); [ -e "$above" ]; do :; done; '
    '[ -x "$above" ] && echo missing || echo unknown; }',
    # A release of a site: whether it is the live one, and was before the host booted.
    "rebooted": "booted=$(systemctl show -p UserspaceTimestamp --value --timestamp=unix 2>/dev/null) || true; "
    "live=${1%/releases/*}/current; "
    'case $booted in @*) [ "$live" -ef "$1" ] && '
    '[ "$(stat -c %Y -- "$live")" -lt "${booted#@}" ] && echo yes || echo no ;; '
    "*) echo unknown ;; esac",
    # An app: whether the kernel has ended a process of it for its memory, which systemd does not report with
    # version 1 of control groups.
    "oom": 'cat /sys/fs/cgroup/memory/system.slice/*/"$1"@*/memory.oom_control 2>/dev/null | '
    'awk \'/^oom_kill / { n += $2 } END { print NR ? n ? "yes" : "no" : "unknown" }\'',
    # Of a site: whether its mails are captured here.
    "mail": 'cat "/etc/understudy/$1.mail" 2>/dev/null || echo off',
    "free": "df -P -- \"$1\" | awk 'NR == 2 { print $4 }'",
    "python": "readlink -f /usr/bin/python3 | sed 's/.*python//'",
}
KINDS = frozenset(_QUESTIONS)


def examine(questions: Iterable[tuple[str, str]]) -> Argv:
    """Asks the host (kind, name), several at once. Prints `kind<TAB>name<TAB>answer` for each."""
    cases = "\n".join(f"    {kind}) {text} ;;" for kind, text in _QUESTIONS.items())
    text = f"""
    PATH=$PATH:/usr/sbin:/sbin
    answer() {{ case $kind in
    {cases}
    esac; }}
    while [ $# -gt 1 ]; do
        kind=$1; shift
        printf '%s\\t%s\\t%s\\n' "$kind" "$1" "$(answer "$1" | head -n 1)"
        shift
    done
    """
    asked = sorted(
        {pair for pair in questions if pair[0] in KINDS and not set(pair[1]) & {"\n", "\t"}}
    )
    return script(text, *(word for pair in asked for word in pair))
