"""Settings and the environment."""

import re
from dataclasses import replace

from understudy.diagnosis.causes.checks import on_host, variable, written
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Check, Clue, Finding, Groups, Rule, holds

# Where makemigrations only warns of it, it's not what the command has failed of.
_NO_DATABASE = Clue(
    "said",
    r"^(?!.*RuntimeWarning).*(?:unable to open database file|attempt to write a readonly database)",
)
# A package opens a file of its own, such as that of a queue: DATABASES are Django's and SQLAlchemy's.
_NO_FILE_OF_A_PACKAGE = Clue(
    "said",
    r"/site-packages/(?P<package>(?!django/|sqlalchemy/)\w+)/.*\n(?:(?! *File ).*\n){0,4}"
    r" *sqlite3\.OperationalError: unable to open database file",
)
# A file of SQLite beside the code, as Django's template of settings has it, or as a URL.
_IN_CODE = written(
    r"[\"']NAME[\"']\s*:\s*(?:str\(|os\.path\.join\()*\s*(?:BASE_DIR|[\"'][^/\"'])|sqlite:///[\w.]",
    where=r".*\.py",
)
_DISK_IS_NOT_FULL = on_host("free", "/srv", lambda kilobytes: int(kilobytes) > 0)
_DATABASE_HINT = (
    'In deploy.yml: DATABASE_URL: "sqlite:///{database}/db.sqlite3", and let the app read it.'
)
_MADE_UP = (
    r"(?m)^SECRET_KEY\b.*=.*\b(?:get_random_secret_key|token_(?:hex|urlsafe)|urandom|uuid4)\("
)
# Those of the developer's machine may make one up.
_FOR_SERVERS = r"(?!.*(?:local|dev|test|desk)).*\.py"
_MEDIA_HINT = 'Take it from the environment; in deploy.yml: MEDIA_ROOT: "{media}".'
_STATIC_HINT = 'Take it from the environment; in deploy.yml: STATIC_ROOT: "{static}".'


def _database_url(pattern: str) -> Check:
    """DATABASE_URL of deploy.yml names a file of SQLite in that way: its `path`."""

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        found = re.fullmatch(
            f"sqlite:///(?P<path>{pattern})", facts.environment.get("DATABASE_URL", "")
        )
        return holds(found is not None, path=found["path"] if found else "")

    return check


def _static_root_is_elsewhere(groups: Groups, facts: KnownFacts) -> Finding | None:
    """The settings don't take it from the environment, or deploy.yml says another place."""
    if facts.commit is None:
        return holds(None)
    given = facts.environment.get("STATIC_ROOT", "")
    reads = written(r"environ.*STATIC_ROOT|env.*STATIC_ROOT", where=r".*\.py")
    return holds(given != "{static}" or reads(groups, replace(facts, settings={})) is None)


def _is_unset(groups: Groups, facts: KnownFacts) -> Finding | None:
    """deploy.yml gives that variable no value. A secret of the host would have been read."""
    return holds(groups["name"] not in facts.environment if facts.settings else None)


def _is_the_domain(groups: Groups, facts: KnownFacts) -> Finding | None:
    """Of the site itself: scanners ask for other names, which the app rightly refuses."""
    return holds(re.sub(r"^\w+://|:\d+$", "", groups["host"]) in facts.domains)


_ENVIRONMENT = (
    Rule(
        "variable-unset",
        (
            Clue(
                "said",
                r"ImproperlyConfigured: (?:The|Set the) (?:environment variable )?(?P<name>\w+)",
            ),
        ),
        "the environment variable {name} is not set on the host",
        "Put it under app.environment in deploy.yml, or if it's secret: "
        "{run} secrets set {name}{on}",
        (_is_unset,),
    ),
    Rule(
        "variable-unset-in-environ",
        (Clue("said", r"in __getitem__\n(?:.*\n){0,2}KeyError: '(?P<name>[A-Z][A-Z0-9_]*)'"),),
        "the environment variable {name} is not set on the host",
        "Put it under app.environment in deploy.yml, or if it's secret: "
        "{run} secrets set {name}{on}",
        (_is_unset,),
    ),
    Rule(
        "secret-key-differs",
        (Clue("step", r"SECRET_KEY differs in each process"),),
        "SECRET_KEY is made up at each start: every worker has another one",
        'SECRET_KEY = os.environ["SECRET_KEY"]: each host has made its own.',
    ),
    Rule(
        "secret-key-made-up",
        (Clue("step", r"SECRET_KEY is not taken from the environment"),),
        "SECRET_KEY is made up at each start: every worker has another one",
        'SECRET_KEY = os.environ["SECRET_KEY"]: each host has made its own.',
        (written(_MADE_UP, where=_FOR_SERVERS),),
    ),
    Rule(
        "secret-key-in-code",
        (Clue("step", r"SECRET_KEY is not taken from the environment"),),
        "SECRET_KEY is written in the code: who can read that can forge what the site signs",
        'SECRET_KEY = os.environ["SECRET_KEY"]: each host has made its own.',
    ),
)

_PLACES = (
    Rule(
        "database-of-a-package",
        (_NO_FILE_OF_A_PACKAGE,),
        "{package} keeps an SQLite file of its own where the app can't write",
        'Let the app name its file by a variable, such as os.environ["DATA_DIR"]; in deploy.yml: '
        'DATA_DIR: "{database}".',
        (_DISK_IS_NOT_FULL,),
    ),
    Rule(
        "database-url-relative",
        (_NO_DATABASE,),
        "the database {path} is relative to the code, which the app can't write",
        _DATABASE_HINT,
        (_database_url("[^/{].*"),),
    ),
    Rule(
        "database-variable-relative",
        (_NO_DATABASE,),
        "the database {value} is relative to the code, which the app can't write",
        'In deploy.yml: {name}: "{database}/{value}".',
        (
            variable(
                lambda name, value: re.fullmatch(r"\w[\w.-]*\.(?:db|sqlite3?)", value) is not None
            ),
        ),
    ),
    Rule(
        "database-url-elsewhere",
        (_NO_DATABASE,),
        "the database {path} is where the app can't write",
        _DATABASE_HINT,
        (_database_url("/.*"),),
    ),
    Rule(
        "database-beside-the-code",
        (_NO_DATABASE,),
        "the code puts the database where the app can't write",
        _DATABASE_HINT,
        (
            _IN_CODE,
            _DISK_IS_NOT_FULL,
        ),
    ),
    Rule(
        "database-outside",
        (
            Clue(
                "step",
                r"the database '(?P<alias>[^']*)', (?P<path>.*), is outside of (?P<kept>\S+),",
            ),
        ),
        "the database {path} is not in {kept}: no backup has it",
        _DATABASE_HINT,
    ),
    Rule(
        "uploads-without-group",
        (Clue("step", r"FILE_UPLOAD_PERMISSIONS lets nginx read no upload"),),
        "FILE_UPLOAD_PERMISSIONS lets nginx read none of the uploads",
        "FILE_UPLOAD_PERMISSIONS = 0o640 in the settings.",
    ),
    Rule(
        "media-in-release",
        (Clue("step", r"MEDIA_ROOT (?P<path>\S+) is inside the release"),),
        "MEDIA_ROOT is inside the release: what visitors upload is gone with the next deploy",
        _MEDIA_HINT,
    ),
    Rule(
        "media-outside",
        (Clue("step", r"MEDIA_ROOT (?P<path>\S+) is outside of"),),
        "MEDIA_ROOT is {path}: neither do uploads last there, nor does nginx find them",
        _MEDIA_HINT,
    ),
    Rule(
        "static-root-unset",
        (Clue("said", r"staticfiles app without having set the STATIC_ROOT setting"),),
        "STATIC_ROOT is not set, so collectstatic has no place for static files",
        'In the settings: STATIC_ROOT = os.environ["STATIC_ROOT"]; under app.environment in deploy.yml: '
        'STATIC_ROOT: "{static}".',
        (_static_root_is_elsewhere,),
    ),
    Rule(
        "static-root-in-code",
        (
            Clue("said", r"in collect|commands/collectstatic"),
            Clue(
                "said", r"(?:Permission denied|Read-only file system): '\S*/source/(?P<path>[^']+)'"
            ),
        ),
        "STATIC_ROOT is {path} in the code, which the app can't write",
        _STATIC_HINT,
        (
            written(r"STATIC_ROOT"),
            _static_root_is_elsewhere,
        ),
    ),
    Rule(
        "static-root-elsewhere",
        (Clue("step", r"STATIC_ROOT (?P<path>\S+) is not where nginx looks"),),
        "STATIC_ROOT is {path}, where nginx doesn't look for static files",
        _STATIC_HINT,
    ),
    Rule(
        "url-nginx-does-not-serve",
        (
            Clue(
                "step",
                r"(?P<name>STATIC|MEDIA)_URL is (?P<url>\S+), and nginx serves (?P<served>\S+)",
            ),
        ),
        "{name}_URL is {url}, and nginx serves {served}",
        "Make both the same: {name}_URL in the settings, or app.static_url or media_url in deploy.yml.",
    ),
)

_HOSTS_AND_HTTPS = (
    Rule(
        "allowed-hosts",
        (Clue("said", r"Invalid HTTP_HOST header: '(?P<host>[^']+)'\. You may need to add"),),
        "ALLOWED_HOSTS lacks {host}",
        'Take it from the environment; in deploy.yml: ALLOWED_HOSTS: "{domains}".',
        (_is_the_domain,),
    ),
    Rule(
        "redirect-in-a-circle",
        (Clue("step", r"SECURE_PROXY_SSL_HEADER waits for .*; SECURE_SSL_REDIRECT sends"),),
        "every page redirects to itself: SECURE_SSL_REDIRECT is on, and Django takes HTTPS for HTTP",
        'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
    ),
    Rule(
        "proxy-header-not-read",
        (Clue("step", r"SECURE_PROXY_SSL_HEADER waits for '(?P<value>.*)', and nginx"),),
        "Django takes HTTPS for HTTP: SECURE_PROXY_SSL_HEADER waits for '{value}', and nginx sends 'https'",
        'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
    ),
    Rule(
        "https-without-certificate",
        (Clue("step", r"(?P<name>\w+) is on, and (?P<domain>\S+) has no certificate"),),
        "{name} is on, and {domain} has no HTTPS",
        "Switch it on by the environment of targets that have HTTPS, and there only. `https: auto` gives "
        "a target HTTPS.",
    ),
    Rule(
        "origin-refused",
        (Clue("said", r"Origin checking failed - (?P<host>\S+) does not match"),),
        "forms are refused: Django thinks that it's not at {host}",
        'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https"), '
        "or name the origin in CSRF_TRUSTED_ORIGINS.",
        (_is_the_domain,),
    ),
    Rule(
        "csrf-cookie-not-sent",
        (Clue("said", r"Forbidden \(CSRF cookie not set\.\)"),),
        "forms are refused: the browser doesn't send the CSRF cookie back",
        "CSRF_COOKIE_DOMAIN and CSRF_COOKIE_PATH must fit the site, best by not being set.",
        (written(r"CSRF_COOKIE_(?:DOMAIN|PATH|SECURE)\s*=", where=r".*\.py"),),
    ),
    Rule(
        "time-zone",
        (
            Clue(
                "step", r"the page says .*, and not in which time zone|datetime\.now\(UTC\) - made"
            ),
        ),
        "pages show the time of another time zone, and don't say which",
        "USE_TZ = True, and {{ value|date:'c' }} in the template, which says the zone, too.",
        no_django=(
            "",
            "Keep times with their zone, datetime.now(UTC), and show them by isoformat(), which says it, too.",
        ),
    ),
)

RULES: tuple[Rule, ...] = (*_ENVIRONMENT, *_PLACES, *_HOSTS_AND_HTTPS)
