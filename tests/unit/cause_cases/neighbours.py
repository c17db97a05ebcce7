"""Cases of rules: what the app talks to."""

from tests.unit.cause_cases.base import HEALTHY, VIEWS, Case, absent, facts, raised, said
from understudy.diagnosis.rules import Evidence

NO_NAME = said('connection failed: could not translate host name "db" to address')
UNNAMED = said("socket.gaierror: [Errno -2] Name or service not known")
AT_DB = {"DATABASE_URL": "postgres://todo@db:5432/todo"}
COMPOSE = {"docker-compose.yml": "services:\n  db:\n    image: postgres\n"}
KNOWN, UNKNOWN = (("resolves", "db", "yes"),), (("resolves", "db", "no"),)


def refused(port: int) -> Evidence:
    return said(f"Error 111 connecting to localhost:{port}. Connection refused.")


CASES = {
    "database-connections-used-up": Case(
        said(raised("django.db.utils.OperationalError: FATAL:  sorry, too many clients already")),
        facts(VIEWS, settings={"database": "postgresql"}),
        facts(VIEWS, settings={"database": "external"}),
    ),
    **{
        f"{rule}{how}": Case(
            words,
            facts(texts, answers=UNKNOWN, environment=AT_DB),
            facts(texts, answers=KNOWN, environment=AT_DB),
        )
        for how, words in (("", NO_NAME), ("-in-environment", UNNAMED))
        for rule, texts in (
            ("name-of-compose", COMPOSE),
            ("name-without-domain", VIEWS),
            ("name-unknown", VIEWS),
        )
    },
    "certificate-missing": absent(
        "path",
        "/etc/ssl/shop.key",
        said('cannot load certificate key "/etc/ssl/shop.key": No such file or directory'),
        "missing",
        "regular file 600 root:root",
    ),
    "headers-too-large-before-the-switch": Case(
        said("The headers of this answer are larger than app.proxy_buffer_size in deploy.yml."),
        facts(settings={"proxy_buffer_size": "8k"}),
        facts(settings={"proxy_buffer_size": None}),
    ),
    "headers-too-large": Case(
        {"nginx": "upstream sent too big header while reading response header from upstream"},
        facts(settings={"proxy_buffer_size": "8k"}),
        facts(settings={"proxy_buffer_size": None}),
    ),
    "upload-not-readable": Case(
        {"nginx": 'open() "/srv/todo/shared/media/a" failed (13: Permission denied), client'},
        facts(answers=(("path", "/srv/todo/shared/media/a", "regular file 600 todo:todo"),)),
        facts(answers=(("path", "/srv/todo/shared/media/a", "regular file 644 todo:todo"),)),
    ),
    "client-address-empty": Case(
        said("ValueError: '' does not appear to be an IPv4 or IPv6 address"),
        facts({"lists/views.py": "request.META['REMOTE_ADDR']"}),
        HEALTHY,
    ),
    "header-not-sent": Case(
        said("KeyError: 'HTTP_X_REAL_IP'"),
        HEALTHY,
        false_words=said("KeyError: 'HTTP_X_FORWARDED_FOR'"),
    ),
    "own-port": Case(
        said("Listening at: http://127.0.0.1:8000 (1)\ncurl: (7) Failed to connect"),
        facts(environment={"GUNICORN_CMD_ARGS": "--bind 127.0.0.1:8000"}),
        HEALTHY,
    ),
    "redis-missing": absent("port", "6379", refused(6379)),
    "memcached-missing": absent("port", "11211", refused(11211)),
}
