"""How likely a difference is to break an app: a table, read from the top, the first that fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

BREAKS, MAY, UNLIKELY, NEVER = 3, 2, 1, 0
# What a difference of each weight takes from the 100 points of two hosts that are alike.
POINTS: Mapping[int, float] = {BREAKS: 10, MAY: 1, UNLIKELY: 0.1, NEVER: 0}
WORDS: Mapping[int, str] = {
    BREAKS: "breaks apps",
    MAY: "may break an app",
    UNLIKELY: "unlikely to break an app",
}


@dataclass(frozen=True)
class Rule:
    """pattern: of paths in a capture. revision_only: two revisions of one upstream version.
    own_unit: a unit that no package brought along.
    """

    pattern: str
    weight: int
    reason: str
    revision_only: bool = False
    own_unit: bool = False


_SERVES = "what serves the site must be the same, or it answers otherwise"
_COMPILED = "compiled parts of Python packages are linked to it"
_TIME = "dates, sessions and tokens go by the time"
_PORT = "who can reach what has changed"
_HOUSEKEEPING = "the distribution's housekeeping"
_RIGHTS = "who may read or write there has changed"

RULES = (
    Rule("os.name", BREAKS, "another release has other versions of everything"),
    Rule("os.machine", BREAKS, "wheels are made for one kind of processor"),
    Rule("os.like", NEVER, "follows from the name"),
    Rule("os.*", UNLIKELY, "kernels and point releases keep what apps rely on"),
    Rule("packages.linux-image*", NEVER, "os.kernel tells which one runs"),
    Rule(
        "packages.*",
        UNLIKELY,
        "a security update is made to leave behaviour as it is",
        revision_only=True,
    ),
    Rule("packages.python3-*", UNLIKELY, "the app has its own packages, by its lock file"),
    Rule("packages.python3*", BREAKS, "the interpreter, or its own library"),
    Rule("packages.libpython3*", BREAKS, "the interpreter's own library"),
    Rule("packages.nginx*", BREAKS, _SERVES),
    Rule(
        "packages.postgresql*", MAY, "minor versions only mend; postgresql.version tells of others"
    ),
    Rule("packages.sqlite3", BREAKS, "SQL that one version takes, another refuses"),
    Rule("packages.libsqlite3*", BREAKS, "SQL that one version takes, another refuses"),
    Rule("packages.libc6*", BREAKS, _COMPILED),
    Rule("packages.libpq*", MAY, _COMPILED),
    Rule("packages.openssl", MAY, "ciphers and certificates that one takes, another refuses"),
    Rule("packages.libssl*", MAY, "ciphers and certificates that one takes, another refuses"),
    Rule("packages.ca-certificates", MAY, "which servers the app trusts"),
    Rule("packages.systemd*", MAY, "what units mean, and what confines a service"),
    Rule("packages.tzdata", MAY, _TIME),
    Rule("packages.locales*", MAY, "which languages texts can be sorted and printed in"),
    Rule("packages.libjpeg*", MAY, _COMPILED),
    Rule("packages.libpng*", MAY, _COMPILED),
    Rule("packages.libxml2*", MAY, _COMPILED),
    Rule("packages.libxslt*", MAY, _COMPILED),
    Rule("packages.libffi*", MAY, _COMPILED),
    Rule("packages.libgdal*", MAY, _COMPILED),
    Rule("packages.libgeos*", MAY, _COMPILED),
    Rule("packages.libproj*", MAY, _COMPILED),
    Rule("packages.libmagic*", MAY, _COMPILED),
    Rule("packages.redis*", MAY, "a server that apps talk to"),
    Rule("packages.rabbitmq*", MAY, "a server that apps talk to"),
    Rule("packages.memcached", MAY, "a server that apps talk to"),
    Rule("packages.m*sql*", MAY, "a server that apps talk to"),
    Rule("packages.mariadb*", MAY, "a server that apps talk to"),
    Rule("packages.*", UNLIKELY, "few apps use it"),
    Rule("manual*", NEVER, "`packages` tells which are there"),
    Rule("python*", BREAKS, "code and wheels are for one version of Python"),
    Rule("locale.available *", MAY, "a locale that is asked for and isn't there is an error"),
    Rule("locale.*", BREAKS, "decides how files without an encoding are read, and how texts sort"),
    Rule("time.zone", BREAKS, _TIME),
    Rule("time.*", UNLIKELY, "which clock the hardware offers"),
    Rule(
        "cpu.flag *", MAY, "code that is compiled for it dies elsewhere of an illegal instruction"
    ),
    Rule("cpu.*", MAY, "how many workers run at once"),
    Rule("memory.*", MAY, "where it ends, the kernel kills"),
    Rule("mounts.*.size", UNLIKELY, "how long until it is full; `observed` tells whether it is"),
    Rule("mounts.*", MAY, "noexec, ro and the like forbid what is allowed elsewhere"),
    Rule("sysctl.net.core.somaxconn", MAY, "how many visitors may wait at a socket"),
    Rule("sysctl.net.ipv6.*", MAY, "what listens on or asks for IPv6 fails without"),
    Rule("sysctl.net.ipv4.ip_unprivileged_port_start", MAY, "who may listen where"),
    Rule("sysctl.net.ipv4.ip_local_port_range", MAY, "how many connections to one server"),
    Rule("sysctl.vm.overcommit_*", MAY, "whether memory that isn't used yet can be had"),
    Rule("sysctl.vm.max_map_count", MAY, "databases and search servers need many"),
    Rule("sysctl.fs.*", MAY, "how many files may be open, and who may follow links"),
    Rule("sysctl.kernel.pid_max", MAY, "how many processes there may be"),
    Rule("sysctl*", UNLIKELY, "decides about speed more than about behaviour"),
    Rule("limits.*.User", BREAKS, "another user has other rights"),
    Rule("limits*", MAY, "a service that hits it fails"),
    Rule("ports*", MAY, _PORT),
    Rule("firewall*", MAY, _PORT),
    Rule("users.*.number", UNLIKELY, "matters to files copied by number"),
    Rule("users.group *", UNLIKELY, "matters to its members"),
    Rule("users*", MAY, "whom a service runs as, and which groups let it in"),
    Rule("sudo*", MAY, "who may become whom"),
    Rule("hosts*", MAY, "a name leads to another machine"),
    Rule("environment*", BREAKS, "an app without a variable that it asks for mostly doesn't start"),
    Rule("units.nginx.service", BREAKS, _SERVES),
    Rule("units.postgresql*", BREAKS, "an app without its database only has errors"),
    Rule("units.redis*", MAY, "a server that apps talk to"),
    Rule("units.memcached*", MAY, "a server that apps talk to"),
    Rule("units.rabbitmq*", MAY, "a server that apps talk to"),
    Rule("units.m*sql*", MAY, "a server that apps talk to"),
    Rule("units.mariadb*", MAY, "a server that apps talk to"),
    Rule("units.*getty@*", UNLIKELY, "a terminal"),
    Rule("units.cron.service", MAY, "nothing of cron's is done without"),
    Rule("units.systemd-resolved.service", MAY, "names are found by it"),
    Rule("units.systemd-timesyncd.service", MAY, _TIME),
    Rule("units.chrony.service", MAY, _TIME),
    Rule("units.nftables.service", MAY, "after a boot there is no firewall without"),
    Rule("units.ssh.*", MAY, "the way in"),
    Rule("units.apt-daily*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.dpkg-db-backup.*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.e2scrub*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.fstrim.*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.man-db.*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.*.timer", MAY, "what is done at which time"),
    Rule("units.*", BREAKS, "made by hand: the app itself, or what works for it", own_unit=True),
    Rule("units*", UNLIKELY, "few apps use it"),
    Rule("unit_files*", MAY, "made by hand; decides how a service runs"),
    Rule("cron*", MAY, "made by hand; what is done at which time"),
    Rule("nginx*", BREAKS, "decides what visitors get"),
    Rule("certificates.* begins", NEVER, "each certificate has its own"),
    Rule("certificates.* ends", NEVER, "`observed` tells whether it is near"),
    Rule("certificates*", UNLIKELY, "browsers tell of a wrong one"),
    Rule("postgresql.version", BREAKS, "SQL that one version takes, another refuses"),
    Rule("postgresql.database *", BREAKS, "encoding and order of texts"),
    Rule("postgresql.extension *", BREAKS, "migrations and queries use it"),
    Rule("postgresql.*", MAY, "a setting made by hand"),
    Rule("postgresql", BREAKS, "an app without its database only has errors"),
    Rule("files./etc/ssl/*", MAY, "which servers the app trusts"),
    Rule("files./etc/nginx/*", MAY, _SERVES),
    Rule("files./etc/security/*", MAY, "who may log in, and to what"),
    Rule("files./etc/pam.d/*", MAY, "who gets in, and with which limits"),
    Rule("files*", UNLIKELY, "made or changed by hand"),
    Rule("modes./srv*", BREAKS, _RIGHTS),
    Rule("modes./run/*", BREAKS, _RIGHTS),
    Rule("modes./tmp", BREAKS, _RIGHTS),
    Rule("modes./var/tmp", BREAKS, _RIGHTS),
    Rule("modes./etc/nginx*", MAY, _RIGHTS),
    Rule("modes./etc/ssl*", MAY, _RIGHTS),
    Rule("modes*", UNLIKELY, _RIGHTS),
    Rule("observed.clock", BREAKS, _TIME),
    Rule("observed.reboot required", UNLIKELY, "what was updated does not run yet"),
    Rule("observed.*", MAY, "what ends soon takes the site with it"),
)
_OTHERWISE = Rule("*", UNLIKELY, "nothing is known of it")


def rule_for(path: str, *, revision_only: bool = False, own_unit: bool = False) -> Rule:
    """The first rule that fits. revision_only: whether two revisions of one version differ.
    own_unit: whether it's about a unit that no package brought along.
    """
    fitting = (
        rule
        for rule in RULES
        if fnmatchcase(path, rule.pattern)
        if (revision_only or not rule.revision_only) and (own_unit or not rule.own_unit)
    )
    return next(fitting, _OTHERWISE)
