"""How likely a difference is to break an app: a table of rules, of which the first match counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

BREAKS, MAY, UNLIKELY, NEVER = 3, 2, 1, 0
# Weight of a difference -> points that it takes from the 100 of two equal hosts.
POINTS: Mapping[int, float] = {BREAKS: 10, MAY: 1, UNLIKELY: 0.1, NEVER: 0}
WORDS: Mapping[int, str] = {
    BREAKS: "breaks apps",
    MAY: "may break an app",
    UNLIKELY: "unlikely to break an app",
}


@dataclass(frozen=True)
class Rule:
    """pattern: of paths in a capture, as in a shell. weight: see above. reason: for the user.

    revision_only: applies only to two Debian revisions of one upstream version. own_unit: applies only
    to units that come from no package.
    """

    pattern: str
    weight: int
    reason: str
    revision_only: bool = False
    own_unit: bool = False


_SERVES = "another web server or version answers requests differently"
_COMPILED = "compiled Python packages are linked to it"
_TIME = "dates, sessions and tokens depend on the time"
_PORT = "decides who can reach which port"
_HOUSEKEEPING = "the distribution's housekeeping"
_RIGHTS = "decides who may read or write there"

RULES = (
    Rule("os.name", BREAKS, "another release has other versions of everything"),
    Rule("os.machine", BREAKS, "wheels are made for one kind of processor"),
    Rule("os.like", NEVER, "follows from the name"),
    Rule(
        "os.container",
        MAY,
        "a container runs on its machine's kernel, and lacks what only that can do",
    ),
    Rule("os.*", UNLIKELY, "kernels and point releases keep what apps rely on"),
    Rule("packages.linux-image*", NEVER, "os.kernel shows which one runs"),
    Rule(
        "packages.*",
        UNLIKELY,
        "a security update is made not to change behaviour",
        revision_only=True,
    ),
    Rule("packages.python3-*", UNLIKELY, "the app has its own packages from its lock file"),
    Rule("packages.python3*", BREAKS, "the interpreter, or its own library"),
    Rule("packages.libpython3*", BREAKS, "the interpreter's own library"),
    Rule("packages.nginx*", BREAKS, _SERVES),
    Rule("packages.haproxy*", BREAKS, "decides which web hosts visitors reach"),
    Rule(
        "packages.postgresql*",
        MAY,
        "minor versions only fix bugs; postgresql.version shows major ones",
    ),
    Rule(
        "packages.mariadb-*", MAY, "minor versions only fix bugs; mariadb.version shows major ones"
    ),
    Rule("packages.libmariadb*", MAY, _COMPILED),
    Rule("packages.sqlite3", BREAKS, "one version accepts SQL that another refuses"),
    Rule("packages.libsqlite3*", BREAKS, "one version accepts SQL that another refuses"),
    Rule("packages.libc6*", BREAKS, _COMPILED),
    Rule("packages.libpq*", MAY, _COMPILED),
    Rule(
        "packages.openssl", MAY, "one version accepts ciphers and certificates that another refuses"
    ),
    Rule(
        "packages.libssl*", MAY, "one version accepts ciphers and certificates that another refuses"
    ),
    Rule("packages.ca-certificates", MAY, "decides which servers the app trusts"),
    Rule(
        "packages.systemd*", MAY, "decides what unit settings mean and how services are sandboxed"
    ),
    Rule("packages.tzdata", MAY, _TIME),
    Rule("packages.locales*", MAY, "decides in which languages texts are sorted and printed"),
    Rule("packages.libjpeg*", MAY, _COMPILED),
    Rule("packages.libpng*", MAY, _COMPILED),
    Rule("packages.libxml2*", MAY, _COMPILED),
    Rule("packages.libxslt*", MAY, _COMPILED),
    Rule("packages.libffi*", MAY, _COMPILED),
    Rule("packages.libgdal*", MAY, _COMPILED),
    Rule("packages.libgeos*", MAY, _COMPILED),
    Rule("packages.libproj*", MAY, _COMPILED),
    Rule("packages.libmagic*", MAY, _COMPILED),
    Rule("packages.redis*", MAY, "a server that apps connect to"),
    Rule("packages.valkey*", MAY, "a server that apps connect to"),
    Rule("packages.rabbitmq*", MAY, "a server that apps connect to"),
    Rule("packages.memcached", MAY, "a server that apps connect to"),
    Rule("packages.m*sql*", MAY, "a server that apps connect to"),
    Rule("packages.mariadb*", MAY, "a server that apps connect to"),
    Rule("packages.*", UNLIKELY, "few apps use it"),
    Rule("manual*", NEVER, "`packages` shows which are installed"),
    Rule("python*", BREAKS, "code and wheels are for one version of Python"),
    Rule("locale.available *", MAY, "an app that needs a missing locale fails"),
    Rule("locale.*", BREAKS, "decides how files without an encoding are read, and how texts sort"),
    Rule("time.zone", BREAKS, _TIME),
    Rule("time.*", UNLIKELY, "which clock the hardware offers"),
    Rule("cpu.flag *", MAY, "code compiled for it fails elsewhere with an illegal instruction"),
    Rule("cpu.*", MAY, "decides how many workers run at once"),
    Rule("memory.*", MAY, "the kernel kills processes when it is used up"),
    Rule("mounts.*.size", UNLIKELY, "how long until it is full; `observed` shows whether it is"),
    Rule("mounts.*", MAY, "options such as noexec and ro forbid what is allowed elsewhere"),
    Rule("sysctl.net.core.somaxconn", MAY, "limits how many connections may wait at a socket"),
    Rule("sysctl.net.ipv6.*", MAY, "programs that need IPv6 fail without it"),
    Rule("sysctl.net.ipv4.ip_unprivileged_port_start", MAY, "decides who may listen on which port"),
    Rule(
        "sysctl.net.ipv4.ip_local_port_range", MAY, "limits the number of connections to one server"
    ),
    Rule(
        "sysctl.vm.overcommit_*", MAY, "decides whether more memory can be allocated than there is"
    ),
    Rule("sysctl.vm.max_map_count", MAY, "databases and search servers need a high value"),
    Rule("sysctl.fs.*", MAY, "limits open files, and who may follow links"),
    Rule("sysctl.kernel.pid_max", MAY, "limits the number of processes"),
    Rule("sysctl*", UNLIKELY, "affects speed more than behaviour"),
    Rule("limits.*.User", BREAKS, "another user has other rights"),
    Rule("limits*", MAY, "a service that hits it fails"),
    Rule("ports.tcp 127.0.0.1:6[4-7]??", NEVER, "each host chooses the ports of a site's services"),
    Rule("ports*", MAY, _PORT),
    Rule("firewall*", MAY, _PORT),
    Rule("users.*.number", UNLIKELY, "matters for files copied by number"),
    Rule("users.group *", UNLIKELY, "matters to the group's members only"),
    Rule("users*", MAY, "decides whom a service runs as and what it may access"),
    Rule("sudo*", MAY, "decides who may become whom"),
    Rule("hosts*", MAY, "a name resolves to another machine"),
    Rule("environment*", BREAKS, "an app without a variable that it needs rarely starts"),
    Rule("units.nginx.service", BREAKS, _SERVES),
    Rule("units.postgresql*", BREAKS, "an app without its database only fails"),
    Rule("units.redis*", MAY, "a server that apps connect to"),
    Rule("units.memcached*", MAY, "a server that apps connect to"),
    Rule("units.rabbitmq*", MAY, "a server that apps connect to"),
    Rule("units.m*sql*", MAY, "a server that apps connect to"),
    Rule("units.mariadb*", BREAKS, "an app without its database only fails"),
    Rule("units.*getty@*", UNLIKELY, "a terminal"),
    Rule("units.cron.service", MAY, "cron's jobs do not run without it"),
    Rule("units.systemd-resolved.service", MAY, "host names are resolved by it"),
    Rule("units.systemd-timesyncd.service", MAY, _TIME),
    Rule("units.chrony.service", MAY, _TIME),
    Rule("units.nftables.service", MAY, "without it there is no firewall after a boot"),
    Rule("units.ssh.*", MAY, "decides who can log in"),
    Rule("units.apt-daily*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.dpkg-db-backup.*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.e2scrub*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.fstrim.*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.man-db.*", UNLIKELY, _HOUSEKEEPING),
    Rule("units.*.timer", MAY, "decides what runs at which time"),
    Rule("units.*", BREAKS, "from no package: the app itself, or a service for it", own_unit=True),
    Rule("units*", UNLIKELY, "few apps use it"),
    Rule("processes*", BREAKS, "what doesn't run does no work; older code fails at newer tasks"),
    Rule("unit_files*", MAY, "from no package; decides how a service runs"),
    Rule("cron*", MAY, "from no package; decides what runs at which time"),
    Rule("nginx*", BREAKS, "decides what visitors get"),
    Rule("certificates.* begins", NEVER, "differs for each certificate"),
    Rule("certificates.* ends", NEVER, "`observed` shows whether it ends soon"),
    Rule("certificates*", UNLIKELY, "browsers report a wrong one"),
    Rule("postgresql.version", BREAKS, "one version accepts SQL that another refuses"),
    Rule("postgresql.database *", BREAKS, "decides the encoding and order of texts"),
    Rule("postgresql.extension *", BREAKS, "migrations and queries use it"),
    Rule("postgresql.*", MAY, "a setting that was changed from its default"),
    Rule("postgresql", BREAKS, "an app without its database only fails"),
    Rule("mariadb.version", BREAKS, "one version accepts SQL that another refuses"),
    Rule("mariadb.database *", BREAKS, "decides the encoding and order of texts"),
    Rule("mariadb.sql_mode", BREAKS, "decides which values are refused and which are cut"),
    Rule("mariadb.lower_case_table_names", BREAKS, "decides whether two names are one table"),
    Rule("mariadb.*", MAY, "a setting that was changed from its default"),
    Rule("mariadb", BREAKS, "an app without its database only fails"),
    Rule("files./etc/ssl/*", MAY, "decides which servers the app trusts"),
    Rule("files./etc/haproxy/*", BREAKS, "decides which web hosts visitors reach"),
    Rule("files./etc/nginx/*", MAY, _SERVES),
    Rule("files./etc/security/*", MAY, "decides who may log in, and with which limits"),
    Rule("files./etc/pam.d/*", MAY, "decides who may log in, and with which limits"),
    Rule("files*", UNLIKELY, "from no package, or changed since"),
    Rule("modes./srv*", BREAKS, _RIGHTS),
    Rule("modes./run/*", BREAKS, _RIGHTS),
    Rule("modes./tmp", BREAKS, _RIGHTS),
    Rule("modes./var/tmp", BREAKS, _RIGHTS),
    Rule("modes./etc/nginx*", MAY, _RIGHTS),
    Rule("modes./etc/ssl*", MAY, _RIGHTS),
    Rule("modes*", UNLIKELY, _RIGHTS),
    Rule("observed.clock", BREAKS, _TIME),
    Rule("observed.reboot required", UNLIKELY, "updates are installed that do not run yet"),
    Rule("observed.certbot's timer", MAY, "it renews the certificate before that ends"),
    Rule("observed.*", MAY, "the site fails when it runs out"),
)
_DEFAULT = Rule("*", UNLIKELY, "no rule knows it")


def rule_for(path: str, *, revision_only: bool = False, own_unit: bool = False) -> Rule:
    """The first rule that matches a path. revision_only, own_unit: what applies to the path, see Rule."""
    matching = (
        rule
        for rule in RULES
        if fnmatchcase(path, rule.pattern)
        if (revision_only or not rule.revision_only) and (own_unit or not rule.own_unit)
    )
    return next(matching, _DEFAULT)
