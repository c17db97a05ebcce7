"""Cases of rules: settings and the environment."""

from dataclasses import replace

from tests.unit.cause_cases.base import HEALTHY, SOURCE, Case, facts, said

NO_DATABASE = said("sqlite3.OperationalError: unable to open database file")
NO_QUEUE = said(
    'File "/srv/todo/releases/1/venv/lib/python3.13/site-packages/huey/storage.py", line 7, in db',
    "    conn = sqlite3.connect(self.filename,",
    "                           **self._conn_kwargs)",
    "sqlite3.OperationalError: unable to open database file",
)
NO_VARIABLE = said("ImproperlyConfigured: Set the SIZE environment variable")
NOT_IN_ENVIRON = said("os.py\", line 1, in __getitem__\n    raise\nKeyError: 'SIZE'")
SIZE = facts(environment={"SIZE": "1"})
COLLECTING = "in collect\nPermissionError: [Errno 13] Permission denied: "
CASES = {
    "variable-unset": Case(NO_VARIABLE, HEALTHY, SIZE),
    "variable-unset-in-environ": Case(NOT_IN_ENVIRON, HEALTHY, SIZE),
    "secret-key-differs": Case(said("SECRET_KEY differs in each process: the"), HEALTHY),
    "secret-key-made-up": Case(
        said("SECRET_KEY is not taken from the environment"),
        facts({"todo/settings.py": "SECRET_KEY = get_random_secret_key()"}),
        facts({"todo/settings.py": 'SECRET_KEY = "django-insecure-8s7d6f5g"'}),
    ),
    "secret-key-in-code": Case(said("SECRET_KEY is not taken from the environment"), HEALTHY),
    "database-url-relative": Case(
        NO_DATABASE, facts(environment={"DATABASE_URL": "sqlite:///db.sqlite3"}), HEALTHY
    ),
    "database-variable-relative": Case(
        NO_DATABASE,
        facts(environment={"DATABASE": "notes.sqlite3"}),
        facts(environment={"DATABASE": "{database}/notes.sqlite3"}),
    ),
    "database-url-elsewhere": Case(
        NO_DATABASE, facts(environment={"DATABASE_URL": "sqlite:////var/db.sqlite3"}), HEALTHY
    ),
    "database-of-a-package": Case(
        NO_QUEUE,
        facts(answers=(("free", "/srv", "9000"),)),
        facts(answers=(("free", "/srv", "0"),)),
    ),
    "database-beside-the-code": Case(
        NO_DATABASE,
        facts({"todo/settings.py": '"NAME": BASE_DIR / "x"'}, answers=(("free", "/srv", "9000"),)),
        facts({"todo/settings.py": '"NAME": BASE_DIR / "x"'}, answers=(("free", "/srv", "0"),)),
    ),
    "database-outside": Case(
        said("the database 'default', /srv/a.db, is outside of /srv/todo/shared, which"), HEALTHY
    ),
    "uploads-without-group": Case(
        said("FILE_UPLOAD_PERMISSIONS lets nginx read no upload: 0o640 does"), HEALTHY
    ),
    "media-in-release": Case(said("MEDIA_ROOT /srv/x is inside the release"), HEALTHY),
    "media-outside": Case(said("MEDIA_ROOT /srv/x is outside of"), HEALTHY),
    "static-root-unset": Case(
        said(
            "django.core.exceptions.ImproperlyConfigured: You're using the staticfiles app without "
            "having set the STATIC_ROOT setting to a filesystem path."
        ),
        facts({"todo/settings.py": 'STATIC_URL = "static/"'}),
        facts({"todo/settings.py": 'STATIC_ROOT = os.environ["STATIC_ROOT"]'}),
    ),
    "static-root-in-code": Case(
        said(f"{COLLECTING}'{SOURCE}/static'"),
        facts({"todo/settings.py": 'STATIC_ROOT = "static"'}),
        facts({"todo/settings.py": 'STATIC_ROOT = os.environ["STATIC_ROOT"]'}),
    ),
    "static-root-elsewhere": Case(said("STATIC_ROOT /srv/x is not where nginx looks"), HEALTHY),
    "url-nginx-does-not-serve": Case(
        said("STATIC_URL is /assets/, and nginx serves /static/"), HEALTHY
    ),
    "allowed-hosts": Case(
        said("Invalid HTTP_HOST header: 'www.todo.test'. You may need to add 'www.todo.test'"),
        replace(HEALTHY, domains=("todo.test", "www.todo.test")),
        replace(HEALTHY, domains=("shop.test",)),
    ),
    "redirect-in-a-circle": Case(
        said(
            "SECURE_PROXY_SSL_HEADER waits for 'on', and nginx sends 'https': Django takes HTTPS for HTTP; "
            "SECURE_SSL_REDIRECT sends everybody in a circle"
        ),
        HEALTHY,
    ),
    "proxy-header-not-read": Case(
        said("SECURE_PROXY_SSL_HEADER waits for 'on', and nginx sends 'https'"), HEALTHY
    ),
    "https-without-certificate": Case(
        said("CSRF_COOKIE_SECURE is on, and todo.test has no certificate"), HEALTHY
    ),
    "origin-refused": Case(
        said("Forbidden (Origin checking failed - https://todo.test does not match any)"),
        HEALTHY,
        replace(HEALTHY, domains=("shop.test",)),
    ),
    "csrf-cookie-not-sent": Case(
        said("Forbidden (CSRF cookie not set.): /"),
        facts({"todo/settings.py": "CSRF_COOKIE_DOMAIN = 'x'"}),
        HEALTHY,
    ),
    "time-zone": Case(said("the page says 12:00, and not in which time zone"), HEALTHY),
}
