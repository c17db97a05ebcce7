"""Settings and the environment."""

from understudy.diagnosis import Clue, Rule

_NO_DATABASE = Clue("said", r"unable to open database file|attempt to write a readonly database")
_DATABASE_HINT = (
    'In deploy.yml: DATABASE_URL: "sqlite:///{database}/db.sqlite3", and let the settings read it.'
)
_MEDIA_HINT = 'Take it from the environment; in deploy.yml: MEDIA_ROOT: "{media}".'
_STATIC_HINT = 'Take it from the environment; in deploy.yml: STATIC_ROOT: "{static}".'

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
        "python deploy.py secrets set {name}",
    ),
    Rule(
        "variable-unset-in-environ",
        (Clue("said", r"in __getitem__\n(?:.*\n){0,2}KeyError: '(?P<name>[A-Z][A-Z0-9_]*)'"),),
        "the environment variable {name} is not set on the host",
        "Put it under app.environment in deploy.yml, or if it's secret: "
        "python deploy.py secrets set {name}",
    ),
    Rule(
        "debug-on-by-environment",
        (
            Clue("said", r"DEBUG is on in "),
            Clue("settings", r'^environment\.(?P<name>\w*DEBUG\w*) "(?P<value>[^"]*)"'),
        ),
        "DEBUG is on: deploy.yml sets {name} to {value}",
        "Remove it from app.environment in deploy.yml.",
    ),
    Rule(
        "debug-on",
        (Clue("said", r"DEBUG is on in (?P<module>\S+)"),),
        "DEBUG is on: {module} is no module of settings for a server",
        "Name the right one in DJANGO_SETTINGS_MODULE, or let it read DEBUG from the environment.",
    ),
    Rule(
        "secret-key-in-code",
        (Clue("said", r"SECRET_KEY is not taken from the environment"),),
        "SECRET_KEY stands in the code: who can read that can forge what the site signs",
        'SECRET_KEY = os.environ["SECRET_KEY"]: each host has made its own.',
    ),
)

_PLACES = (
    Rule(
        "database-url-relative",
        (
            _NO_DATABASE,
            Clue("settings", r'^environment\.DATABASE_URL "sqlite:///(?P<path>[^/"{][^"]*)"'),
        ),
        "the database {path} is relative to the code, which the app can't write",
        _DATABASE_HINT,
    ),
    Rule(
        "database-url-elsewhere",
        (
            _NO_DATABASE,
            Clue("settings", r'^environment\.DATABASE_URL "sqlite:///(?P<path>/[^"]*)"'),
        ),
        "the database {path} is where the app can't write",
        _DATABASE_HINT,
    ),
    Rule(
        "database-beside-the-code",
        (_NO_DATABASE,),
        "the settings put the database where the app can't write",
        _DATABASE_HINT,
    ),
    Rule(
        "database-outside",
        (
            Clue(
                "said",
                r"the database '(?P<alias>[^']*)', (?P<path>.*), is outside of (?P<kept>\S+),",
            ),
        ),
        "the database {path} is not in {kept}: no backup has it",
        _DATABASE_HINT,
    ),
    Rule(
        "media-in-release",
        (Clue("said", r"MEDIA_ROOT (?P<path>\S+) is inside the release"),),
        "MEDIA_ROOT is inside the release: what visitors upload is gone with the next deploy",
        _MEDIA_HINT,
    ),
    Rule(
        "media-outside",
        (Clue("said", r"MEDIA_ROOT (?P<path>\S+) is outside of"),),
        "MEDIA_ROOT is {path}: neither do uploads last there, nor does nginx find them",
        _MEDIA_HINT,
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
    ),
    Rule(
        "static-root-elsewhere",
        (Clue("said", r"STATIC_ROOT (?P<path>\S+) is not where nginx looks"),),
        "STATIC_ROOT is {path}, where nginx doesn't look for static files",
        _STATIC_HINT,
    ),
    Rule(
        "url-nginx-does-not-serve",
        (
            Clue(
                "said",
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
        'Take it from the environment; in deploy.yml: ALLOWED_HOSTS: "{domain}".',
    ),
    Rule(
        "proxy-header-not-read",
        (Clue("said", r"SECURE_PROXY_SSL_HEADER is not set"),),
        "Django doesn't learn from nginx that a request came by HTTPS",
        'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
    ),
    Rule(
        "https-without-certificate",
        (Clue("said", r"(?P<name>\w+) is on, and (?P<domain>\S+) has no certificate"),),
        "{name} is on, and {domain} has no HTTPS",
        "Switch it on by the environment of targets that have a certificate, and there only.",
    ),
    Rule(
        "origin-refused",
        (Clue("said", r"Origin checking failed - (?P<origin>\S+) does not match"),),
        "forms are refused: Django thinks that it's not at {origin}",
        'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https"), '
        "or name the origin in CSRF_TRUSTED_ORIGINS.",
    ),
    Rule(
        "csrf-cookie-not-sent",
        (Clue("said", r"Forbidden \(CSRF cookie not set\.\)"),),
        "forms are refused: the browser doesn't send the CSRF cookie back",
        "CSRF_COOKIE_DOMAIN and CSRF_COOKIE_PATH must fit the site, best by not being set.",
    ),
    Rule(
        "time-zone",
        (
            Clue(
                "said", r"the page says .*, and not in which time zone|datetime\.now\(UTC\) - made"
            ),
        ),
        "pages show the time of another time zone, and don't say which",
        "USE_TZ = True, and {{ value|date:'c' }} in the template, which says the zone, too.",
    ),
)

RULES: tuple[Rule, ...] = (*_ENVIRONMENT, *_PLACES, *_HOSTS_AND_HTTPS)
