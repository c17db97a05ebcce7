"""Cases of rules: several hosts of one site."""

from dataclasses import replace

from tests.unit.cause_cases.base import Case, facts, raised, said
from understudy.diagnosis.known_facts import KnownFacts

AT = 'connection failed: connection to server at "{at}", port 5432 failed: '
ELSEWHERE = AT.replace("{at}", "203.0.113.9")
NO_LINE = (
    'FATAL:  no pg_hba.conf entry for host "203.0.113.7", user "{user}", database "shop", {how}'
)
WRONG = ELSEWHERE + 'FATAL:  password authentication failed for user "shop"'
WITH_PASSWORD = {"shop/settings.py": 'DATABASES = {"default": {"PASSWORD": "x"}}\n'}


def apart(known: KnownFacts | None = None) -> KnownFacts:
    """The database is on another host."""
    return replace(known or shop(), database_host="203.0.113.9")


def shop(texts: dict[str, str] | None = None, *answers: tuple[str, str, str]) -> KnownFacts:
    return facts(texts, answers=answers, settings={"name": "shop"})


def reached(answer: str) -> KnownFacts:
    return apart(shop(None, ("reaches", "203.0.113.9:5432", answer)))


CASES = {
    "database-at-localhost": Case(
        said(raised(f"OperationalError: {AT.replace('{at}', '127.0.0.1')}Connection refused")),
        apart(),
        shop(),
    ),
    "database-by-its-socket": Case(
        said(
            'connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or '
            "directory"
        ),
        apart(),
        shop(),
    ),
    "database-without-tls": Case(
        said(ELSEWHERE + NO_LINE.format(user="shop", how="no encryption")), apart(), shop()
    ),
    "database-as-another": Case(
        said(ELSEWHERE + NO_LINE.format(user="reports", how="SSL encryption")),
        apart(),
        shop(),
    ),
    "database-lets-this-host-not-in": Case(
        said(ELSEWHERE + NO_LINE.format(user="shop", how="SSL encryption")),
        apart(),
        shop(),
    ),
    "database-password-of-the-settings": Case(
        said(WRONG), apart(shop(WITH_PASSWORD)), apart(shop())
    ),
    "database-password-of-before": Case(said(WRONG), apart(), apart(shop(WITH_PASSWORD))),
    "database-not-reached": Case(
        said(ELSEWHERE + "Connection timed out"), reached("no"), reached("yes")
    ),
    "database-not-running": Case(
        said(ELSEWHERE + "Connection refused"), reached("refused"), reached("yes")
    ),
    "secret-key-of-each-host": Case(
        said("SECRET_KEY is not taken from the environment"),
        facts({"shop/settings.py": 'SECRET_KEY = Path("/srv/shop/shared/key").read_text()\n'}),
        facts({"shop/settings.py": 'SECRET_KEY = "django-insecure-x"\n'}),
    ),
    "sessions-of-each-host": Case(
        said("sessions are in files in /tmp, and each web host has its own"), facts()
    ),
    "session-unknown-at-another-host": Case(
        said(
            "a session of 10.0.0.1 is none at 10.0.0.2:\n/account: 200 at /account, and 200 at /login there"
        ),
        facts(),
    ),
    "uploads-of-each-host": Case(
        said(
            "uploads of shop.Photo.image are in /srv/shop/shared/media, and each web host has its own"
        ),
        facts(),
    ),
    "queue-of-each-host": Case(
        said("CELERY_BROKER_URL names a server at localhost, and each web host has its own"),
        facts(),
    ),
    "file-database-of-each-host": Case(
        said("the database 'visits' is the file /srv/v.sqlite3, and each web host has its own"),
        facts(),
    ),
}
