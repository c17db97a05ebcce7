"""What only several hosts show: a database on another one, and what each host has of its own."""

from understudy.diagnosis.causes.checks import not_written, on_host, written
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds

_OWN = r", and each web host has its own"
_FAILED_HERE = (
    r"connection to server at \"(?P<at>localhost|127\.0\.0\.1|::1)\"[^\n]*, port 5432 failed: "
)
_NO_LINE = (
    r"no pg_hba\.conf entry for host \"(?P<from>[^\"]+)\", user \"(?P<user>[^\"]+)\", "
    r"database \"(?P<name>[^\"]+)\", "
)
_HAS_ONE = r"(?m)^[^#\n]*(?:[\"']PASSWORD[\"']\s*[:\]]|postgres\w*://[^/@\s\"']*:[^/@\s\"']*@)"
_LEAVE_OUT = (
    "Leave {what} out of {where}, as in postgresql:///{app.name}: libpq takes it from the variables that each "
    "host has (PGHOST, PGUSER, PGPASSWORD, PGSSLMODE)."
)
_KEY_IN_A_FILE = r"(?m)^\s*SECRET_KEY\b[^\n]*=[^\n]*(?:\.read_text\(|\.read\(|open\()"
_SILENT = r"(?:connection (?:timeout expired|is bad)|timeout expired|Connection timed out|No route to host)"


def _elsewhere(groups: Groups, facts: KnownFacts) -> Finding | None:
    """The database is on another host."""
    return holds(bool(facts.database_host))


def _is_its_own(groups: Groups, facts: KnownFacts) -> bool:
    """Whether the site's role asked for the site's database."""
    return {groups["user"], groups["name"]} == {facts.settings.get("name")}


def _as_itself(groups: Groups, facts: KnownFacts) -> Finding | None:
    return holds(_is_its_own(groups, facts) if facts.settings else None)


def _as_another(groups: Groups, facts: KnownFacts) -> Finding | None:
    return holds(not _is_its_own(groups, facts) if facts.settings else None)


def _leave_out(what: str, where: str = "DATABASES in the settings") -> str:
    return _LEAVE_OUT.replace("{what}", what).replace("{where}", where)


def _for_others(what: str) -> tuple[str, str]:
    """For an app that is not Django's."""
    return "", _leave_out(what, "its URL")


_SETTINGS = (
    Rule(
        "database-at-localhost",
        (Clue("said", _FAILED_HERE),),
        "the app looks for the database on its own host, localhost, and it is on the one with the role "
        "database",
        _leave_out("HOST"),
        (_elsewhere,),
        no_django=_for_others("host"),
    ),
    Rule(
        "database-by-its-socket",
        (
            Clue(
                "said",
                r"connection to server on socket \"(?P<socket>[^\"]+)\" failed: ",
            ),
        ),
        "the app looks for the database on its own host ({socket}), and it is on the one with the role "
        "database",
        _leave_out("HOST"),
        (_elsewhere,),
        no_django=_for_others("host"),
    ),
    Rule(
        "database-without-tls",
        (Clue("said", _NO_LINE + "no encryption"),),
        "the app asks for the database without TLS, and its host lets in the others by TLS alone",
        _leave_out("sslmode"),
        (_elsewhere,),
        no_django=_for_others("sslmode"),
    ),
    Rule(
        "database-as-another",
        (Clue("said", _NO_LINE + "SSL encryption"),),
        "the app asks for the database {name} as {user}, and the hosts are let in to {app.name} as {app.name} "
        "alone",
        _leave_out("NAME and USER"),
        (_elsewhere, _as_another),
        no_django=_for_others("name and user"),
    ),
    Rule(
        "database-password-of-the-settings",
        (Clue("said", r"password authentication failed for user \"(?P<user>[^\"]+)\""),),
        "the app logs in to the database with a password of its own, and not with the one that the hosts share",
        _leave_out("PASSWORD"),
        (_elsewhere, written(_HAS_ONE)),
        no_django=_for_others("password"),
    ),
)

_HOSTS = (
    Rule(
        "database-password-of-before",
        (Clue("said", r"password authentication failed for user \"(?P<user>[^\"]+)\""),),
        "the password in shared/database-login is not the one that the database's host has",
        "{run} provision{on} shares it again.",
        (_elsewhere, not_written(_HAS_ONE)),
    ),
    Rule(
        "database-lets-this-host-not-in",
        (Clue("said", _NO_LINE + "SSL encryption"),),
        "pg_hba.conf on the database's host has no line for this host: it was edited, or this host is new",
        "{run} provision{on} writes it again.",
        (_elsewhere, _as_itself),
    ),
    Rule(
        "database-not-reached",
        (Clue("said", _SILENT),),
        "this host can't reach the database's: a firewall or the network between them drops what it sends to "
        "port 5432",
        "{run} provision{on} writes the database host's firewall again, and sudo systemctl restart nftables "
        "there loads it; one of the network must let 5432 through.",
        (_elsewhere, on_host("reaches", "{database host}:5432", "no")),
    ),
    Rule(
        "database-not-running",
        (Clue("said", r"Connection refused"),),
        "PostgreSQL does not run on the database's host: it refuses connections at port 5432",
        "On that host: sudo systemctl status 'postgresql@*', and its log in /var/log/postgresql.",
        (_elsewhere, on_host("reaches", "{database host}:5432", "refused")),
    ),
)

_OF_EACH_HOST = (
    Rule(
        "secret-key-of-each-host",
        (Clue("step", r"SECRET_KEY is not taken from the environment"),),
        "SECRET_KEY is read from a file, and each host has its own: what one has signed, such as a session, "
        "the next refuses",
        'SECRET_KEY = os.environ["SECRET_KEY"]: `provision` gives all hosts the same.',
        (written(_KEY_IN_A_FILE, where=r".*\.py"),),
    ),
    Rule(
        "sessions-of-each-host",
        (Clue("step", rf"sessions are in (?P<place>.*){_OWN}"),),
        "sessions are in {place}, of each web host alone: who has logged in at one is unknown at the next",
        'SESSION_ENGINE = "django.contrib.sessions.backends.db" in the settings, or a cache that all hosts '
        "share.",
    ),
    Rule(
        "session-unknown-at-another-host",
        (Clue("step", r"a session of \S+ is none at \S+:\n(?:E +)?(?P<page>/\S*): "),),
        "who has logged in at one web host is unknown at the next, as {page} shows",
        "Keep sessions where all hosts find them, such as the database, and sign them with the SECRET_KEY of "
        "the environment, which is the same on all.",
    ),
    Rule(
        "uploads-of-each-host",
        (Clue("step", rf"uploads of (?P<field>\S+) are in (?P<place>.*){_OWN}"),),
        "uploads of {field} are on the disk of the web host that took them: at the next host they are not "
        "found",
        'A store that all hosts share, such as S3: STORAGES["default"] in the settings (django-storages), or a '
        "disk of the network at {place}.",
    ),
    Rule(
        "queue-of-each-host",
        (Clue("step", rf"(?P<setting>\S+) names (?P<place>.*){_OWN}"),),
        "{setting} names {place}: what a web host puts there never comes to the workers of another host",
        "Give all hosts one server for it, elsewhere, and its URL by a secret: `services.redis.url_from` in "
        "deploy.yml.",
    ),
    Rule(
        "file-database-of-each-host",
        (Clue("step", rf"the database '(?P<alias>[^']*)' is the file (?P<path>.*){_OWN}"),),
        "the database '{alias}' is a file on each web host: what one writes the next doesn't have",
        "Keep its tables in PostgreSQL, which all hosts share, or in a database server elsewhere.",
    ),
)

RULES: tuple[Rule, ...] = (*_SETTINGS, *_HOSTS, *_OF_EACH_HOST)
