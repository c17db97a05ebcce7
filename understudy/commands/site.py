"""understudy-site: what a deploy may do as root. Installed by provision/71-site.sh."""

from collections.abc import Collection, Sequence

from understudy.commands import Argv, script

# What makes another release live.
SWITCHING = ("start", "stop", "drain")
_PROGRAM = "/usr/local/sbin/understudy-site"


def missing(site: str, verbs: Collection[str]) -> Argv:
    """Prints those verbs about a release that the host does not know, each with its answer.

    Changes nothing: a verb that it knows is refused, since no release has the empty id.
    """
    text = """
    program=$1 site=$2
    shift 2
    for verb; do
        answer=$(sudo -n "$program" "$site" "$verb" "" 2>&1 </dev/null || true)
        case $answer in
        *"bad release id"*) ;;
        *) echo "$verb: $answer" ;;
        esac
    done
    """
    return script(text, _PROGRAM, site, *verbs)


def install_files(site: str, release_id: str) -> Argv:
    """Checks the pending nginx and systemd files, which that release needs, and installs them.

    Without a confirm() within two minutes the host restores the files of before.
    """
    return as_root(site, "install", release_id)


def confirm(site: str) -> Argv:
    """Keeps what was installed. Does nothing if there is nothing to confirm."""
    return as_root(site, "confirm")


def undo(site: str) -> Argv:
    """Restores at once the files of before an install that is not confirmed."""
    return as_root(site, "undo")


def secret_set(site: str, name: str) -> Argv:
    """Stores a secret for the app. Its value is one line on standard input."""
    return as_root(site, "secret-set", name)


def secret_rm(site: str, name: str) -> Argv:
    """Removes a secret of the app."""
    return as_root(site, "secret-rm", name)


def secret_list(site: str) -> Argv:
    """Prints the secrets' names, one a line; never a value."""
    return as_root(site, "secret-list")


def secret_generate(site: str, name: str, length: int) -> Argv:
    """Makes a secret of so many letters and digits, unless there is one of that name. Its value is in no
    command line, and never leaves the host.
    """
    text = """
    names=$(sudo -n "$1" "$2" secret-list)
    if printf '%s\n' "$names" | grep -qxF "$3"; then exit; fi
    LC_ALL=C tr -dc A-Za-z0-9 </dev/urandom | head -c "$4" | sudo -n "$1" "$2" secret-set "$3"
    """
    return script(text, _PROGRAM, site, name, length)


def certificate(
    site: str, directory: str, names: Sequence[str], *, terms: bool, email: str, ca: str
) -> Argv:
    """Gets a certificate for those names from the issuer with that ACME directory, or keeps the one that is
    good for weeks; one that is self-signed until then. Prints what certbot prints.

    names: first `dns:PLUGIN` or `dns:PLUGIN:SECONDS`, for DNS-01. ca: of the directory's own HTTPS, in PEM;
    "" for one that the host trusts already.
    """
    text = """
    ca=$1
    shift
    printf '%s' "$ca" | sudo -n "$@" 2>&1
    """
    words = (directory, "agreed" if terms else "-", email or "-", *names)
    return script(text, ca, _PROGRAM, site, "certificate", *words)


def renew_certificate(site: str) -> Argv:
    """Renews the certificate now. Prints `serial OLD -> NEW` at the end; fails with the issuer's answer."""
    return as_root(site, "renew")


def off_host_run(site: str) -> Argv:
    """Makes an off-host backup. Prints its steps, and last `backup<TAB>NAME<TAB>…`."""
    return as_root(site, "off-host-run")


def off_host_list(site: str) -> Argv:
    """Prints what commands.backups.parse_list() reads: the off-host backups."""
    return as_root(site, "off-host-list")


def off_host_look(site: str) -> Argv:
    """Prints `found<TAB>COUNT<TAB>NAME` of them, with the name of the newest; 0 and no name without any."""
    return as_root(site, "off-host-look")


def off_host_fetch(site: str, name: str) -> Argv:
    """Gets one of them, which becomes a backup of the host, and media that are missing there."""
    return as_root(site, "off-host-fetch", name)


def log(site: str) -> Argv:
    """Appends the object, one line of JSON on standard input, to the site's log on the host.

    The host puts its own time and the login in front.
    """
    return as_root(site, "log")


def outgoing_off(site: str) -> Argv:
    """Blocks connections from the host to others, but for DNS and NTP, also after a boot."""
    return as_root(site, "outgoing-off")


def check_egress_blocked() -> Argv:
    """Succeeds if a connection to elsewhere is refused at once.

    It tries the port of mail servers at an address that no host has: RFC 5737.
    """
    text = """
import errno, socket, sys
try:
    socket.create_connection(("192.0.2.1", 25), timeout=5)
except OSError as error:
    if error.errno in (errno.ECONNREFUSED, errno.ENETUNREACH):
        sys.exit()
    print("a connection to 192.0.2.1 was not refused:", error)
sys.exit(1)
"""
    return ("python3", "-c", text)


def preload(site: str, release_id: str) -> Argv:
    """Begins to start a release's service, and returns at once: see templates/gunicorn.conf.py.j2."""
    return as_root(site, "warm", release_id)


def start(site: str, release_id: str) -> Argv:
    """Starts a release's service, or lets a preloaded one continue; returns when gunicorn listens."""
    return as_root(site, "start", release_id)


def stop(site: str, release_id: str) -> Argv:
    """Stops a release's service, which takes no new request and finishes those it has; waits for that."""
    return as_root(site, "stop", release_id)


def drain(site: str, release_id: str) -> Argv:
    """As stop(), but returns at once."""
    return as_root(site, "drain", release_id)


def timer_run(site: str, name: str) -> Argv:
    """Runs a timer's command now, in its unit. Prints its output meanwhile and ends with its exit code."""
    return as_root(site, "timer-run", name)


def timers_stop(site: str) -> Argv:
    """Stops the site's timers, and ends their runs that are under way."""
    return as_root(site, "timers-stop")


def timers_start(site: str) -> Argv:
    """Starts those that are stopped."""
    return as_root(site, "timers-start")


def is_recoverable(site: str, release_id: str) -> Argv:
    """Succeeds if the service runs or is starting, and was never restarted."""
    text = """
    systemctl show -p ActiveState -p NRestarts "$1" | {
        running=
        while read -r line; do
            case $line in
            ActiveState=active | ActiveState=activating | ActiveState=reloading) running=yes ;;
            NRestarts=0 | ActiveState=*) ;;
            *) exit 1 ;;
            esac
        done
        [ -n "$running" ]
    }
    """
    return script(text, f"{site}@{release_id}.service")


def journal(site: str, release_id: str, lines: int) -> Argv:
    """Prints the last lines of a release's journal."""
    unit = f"{site}@{release_id}.service"
    return ("journalctl", "-u", unit, "-n", str(lines), "--no-pager", "-o", "cat")


def logs(
    units: Sequence[str], lines: int, *, follow: bool = False, since: float | None = None
) -> Argv:
    """Prints the journal of these units, which may be patterns. since: in seconds since the epoch."""
    following = ("-f",) if follow else ()
    of = (word for unit in units for word in ("-u", unit))
    then = () if since is None else ("--since", f"@{int(since)}")
    return ("journalctl", *of, "-n", str(lines), *then, "--no-pager", *following)


def journal_since(site: str, units: Sequence[str], since: float) -> Argv:
    """Prints what these units and nginx have logged since then, in seconds since the epoch.

    units: of the site, and nginx; they may be patterns.

    Each part begins with a line `--- its name ---`: host (its system and Python), journal, journal
    before (the app's, of good times), nginx error, nginx access.
    """
    text = """
    site=$1 since=$2
    shift 2
    for unit; do set -- "$@" -u "$unit"; shift; done
    echo '--- host ---'
    . /etc/os-release
    echo "os $PRETTY_NAME"
    /usr/bin/python3 -V | sed 's/^P/p/'
    echo '--- journal ---'
    journalctl "$@" --since "@$since" -n 300 --no-pager -q -o short-iso || true
    echo '--- journal before ---'
    journalctl -u "$site@*" --until "@$since" -n 300 --no-pager -q -o short-iso || true
    echo '--- nginx error ---'
    day=$(date -d "@$since" '+%Y/%m/%d %H:%M:%S')
    awk -v day="$day" '$0 >= day' "/var/log/nginx/$site.error.log" | tail -n 100 || true
    echo '--- nginx access ---'
    awk -v since="$since" '$NF >= since' "/var/log/nginx/$site.access.log" | tail -n 300 || true
    """
    return script(text, site, int(since), *units)


def as_root(site: str, *words: str) -> Argv:
    """understudy-site with a verb and its words."""
    return ("sudo", "-n", _PROGRAM, site, *words)
