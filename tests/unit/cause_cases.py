"""Each rule's words, with facts in which its cause is true and facts in which it isn't."""

from dataclasses import dataclass, replace
from typing import Any

from tests.unit.diagnoses import host
from understudy.causes import dependencies
from understudy.diagnosis import Evidence
from understudy.known_facts import CommitFacts, KnownFacts, LockFacts

SOURCE = "/srv/todo/releases/1a2b3c4d-5e6f7a8b/source"
PACKAGES = "/srv/todo/venvs/0a1b2c3d4e5f/lib/python3.11/site-packages"
SETTINGS: dict[str, Any] = {
    "module": "todo.wsgi:application",
    "release_commands": [["python", "manage.py", "collectstatic", "--noinput", "-v0"]],
    "migrate_commands": [["python", "manage.py", "migrate", "--noinput"]],
    "health_path": "/health",
    "check_paths": ["/"],
    "upload_limit": "10m",
    "request_timeout": 30,
    "start_timeout": 60,
    "memory_max": None,
    "workers": 2,
    "database": "sqlite",
    "environment": {"DATABASE_URL": "sqlite:///{database}/db.sqlite3", "STATIC_ROOT": "{static}"},
}
LOCK = LockFacts(
    versions={"django": "5.2.1", "gunicorn": "23.0.0"},
    made_from="requirements.in",
    wanted=("django", "gunicorn"),
    modules={"django": ("django",), "gunicorn": ("gunicorn",)},
)


@dataclass(frozen=True)
class Case:
    """words: the evidence. true, false: facts. Without `false`, only what the failing step itself says
    counts, and the same words in the app's log are no cause.
    """

    words: Evidence
    true: KnownFacts
    false: KnownFacts | None = None
    false_words: Evidence | None = None

    @property
    def other_words(self) -> Evidence:
        """Words of the case in which it isn't true: the same, if the facts are others."""
        if self.false_words:
            return self.false_words
        return self.words if self.false else {**self.words, "step": "", "said": self.words["said"]}


def facts(
    texts: dict[str, str] | None = None,
    *,
    answers: tuple[tuple[str, str, str], ...] = (),
    environment: dict[str, str] | None = None,
    lock: LockFacts = LOCK,
    settings: dict[str, Any] | None = None,
    modes: dict[str, str] | None = None,
    **commit: Any,
) -> KnownFacts:
    """Of an app whose commit has these files. modes: of those that are no plain files."""
    own = {"manage.py": "", "todo/wsgi.py": "application = 1\n", **(texts or {})}
    left_out = commit.pop("left_out", ())
    modes = {**dict.fromkeys([*own, *left_out], "100644"), **(modes or {})}
    return KnownFacts(
        commit=CommitFacts(committed=modes, texts=own, **commit),
        lock=lock,
        host=host(*answers),
        settings={
            **SETTINGS,
            "environment": {**SETTINGS["environment"], **(environment or {})},
            **(settings or {}),
        },
        domain="todo.test",
    )


def said(*texts: str) -> Evidence:
    """By the failing step."""
    return dict.fromkeys(("step", "said"), "\n".join(texts))


def raised(error: str, file: str = f"{SOURCE}/lists/views.py", code: str = "work()") -> str:
    return f'Traceback (most recent call last):\n  File "{file}", line 1, in f\n    {code}\n{error}'


def not_started(error: str) -> str:
    python = "/usr/lib/python3.11/subprocess.py"
    return raised(
        f'  File "{python}", line 1901, in _execute_child\n    raise child(errno)\n{error}'
    )


def no_module(name: str) -> Evidence:
    return said(raised(f"ModuleNotFoundError: No module named '{name}'"))


def not_there(path: str) -> Evidence:
    return said(raised(f"FileNotFoundError: [Errno 2] No such file or directory: '{path}'"))


VIEWS = {"lists/__init__.py": "", "lists/views.py": "work()\n"}
HEALTHY = facts(VIEWS)
PLAIN = "def f(): ...\n"
NO_TEMPLATE = said(raised("django.template.exceptions.TemplateDoesNotExist: lists/home.html"))
NO_STATIC = said("ValueError: Missing staticfiles manifest entry for 'lists/a.css'")
NO_WHEEL = (
    "the locked packages can't be had as wheels for Python 3.11 on x86_64\n"
    "ERROR: Ignored: 6.1 Requires-Python >=3.12\n"
    "ERROR: No matching distribution found for django==6.1"
)
NEW_DJANGO = replace(LOCK, versions={"django": "6.1", "gunicorn": "23.0.0"})
NO_DATABASE = said("sqlite3.OperationalError: unable to open database file")
MISSING = {
    "file": (not_there("data/words.txt"), "data/words.txt", "data/Words.txt"),
    "template": (NO_TEMPLATE, "lists/templates/lists/home.html", "lists/templates/lists/Home.html"),
    "static-file": (NO_STATIC, "lists/static/lists/a.css", "lists/static/lists/A.css"),
    "module": (no_module("lists.forms"), "lists/forms.py", "lists/Forms.py"),
}
FILES = {
    f"{kind}-{state}": Case(words, true, facts({path: ""}))
    for kind, (words, path, other) in MISSING.items()
    for state, true in (
        ("not-committed", facts(untracked=(path,))),
        ("ignored", facts(ignored=(path,))),
        ("export-ignored", facts(left_out=(path,))),
        ("in-other-case", facts({other: ""})),
    )
} | {
    "module-in-submodule": Case(
        no_module("shared"),
        facts(modes={"lib": "160000"}, submodules={"lib": ("shared/__init__.py",)}),
        facts(modes={"lib": "160000"}, submodules={"lib": ("other.py",)}),
    ),
    "file-in-submodule": Case(
        not_there("lib/words.txt"),
        facts(modes={"lib": "160000"}, submodules={"lib": ("words.txt",)}),
        facts(modes={"lib": "160000"}, submodules={"other": ("words.txt",)}),
    ),
    "not-executable": Case(
        said(not_started("PermissionError: [Errno 13] Permission denied: './prepare'")),
        facts({"prepare": "#!/bin/sh\n"}),
        facts({"prepare": "#!/bin/sh\n"}, modes={"prepare": "100755"}),
    ),
    "windows-line-ends": Case(
        said("==> ./prepare.py\n/usr/bin/env: 'python3\\r': No such file or directory"),
        facts({"prepare.py": "#!/usr/bin/env python3\r\n"}),
        facts({"prepare.py": "#!/usr/bin/env python3\n"}),
    ),
    "interpreter-missing": Case(
        said(not_started("FileNotFoundError: [Errno 2] No such file or directory: './prepare'")),
        facts({"prepare": "#!/bin/zsh\n"}),
        HEALTHY,
    ),
    "log-file": Case(
        not_there("/var/log/todo.log"),
        facts({"todo/settings.py": "LOG = '/var/log/todo.log'"}),
        HEALTHY,
    ),
    "log-file-in-source": Case(
        not_there("logs/todo.log"), HEALTHY, facts({"logs/todo.log": "kept"})
    ),
    "uncommitted-change": Case(
        said(
            f"ImportError: cannot import name 'WORDS' from 'lists.forms' ({SOURCE}/lists/forms.py)"
        ),
        facts({"lists/forms.py": PLAIN}, modified=("lists/forms.py",)),
        facts({"lists/forms.py": "import x\nWORDS = x.y"}, modified=("lists/forms.py",)),
    ),
    "uncommitted-change-of-module": Case(
        said(raised("AttributeError: module 'lists.forms' has no attribute 'WORDS'")),
        facts({"lists/forms.py": PLAIN}, modified=("lists/forms.py",)),
        facts({"lists/forms.py": PLAIN}),
    ),
    "module-missing": Case(
        no_module("todo.server"), HEALTHY, facts({"todo/server.py": "import odd"})
    ),
    "path-only-in-manage": Case(
        no_module("lists"),
        facts(
            {
                "apps/lists/__init__.py": "",
                "manage.py": "import sys\nsys.path.insert(0, str(BASE / 'apps'))\n",
            }
        ),
        facts({"apps/lists/__init__.py": ""}),
    ),
    "module-in-another-folder": Case(
        no_module("lists"), facts({"apps/lists/__init__.py": ""}), facts({"lists/__init__.py": ""})
    ),
}
TOOL = no_module("debug_toolbar")
ODD = no_module("oddments")
WITH_ODD = replace(LOCK, modules={"other-name": ("oddments",)})
OF_THE_LOCK = {
    "lock-without-hashes": Case(said("requirements.txt is not locked with hashes, so"), HEALTHY),
    "lock-without-gunicorn": Case(said("requirements.txt has no gunicorn, which serves"), HEALTHY),
    "index-not-reached": Case(said(NO_WHEEL, "Failed to establish a new connection"), HEALTHY),
    "lock-with-other-hashes": Case(
        said("THESE PACKAGES DO NOT MATCH THE HASHES\n    django==6.1 from https://pypi.test/"),
        facts(lock=NEW_DJANGO),
        HEALTHY,
    ),
    "package-for-newer-python": Case(said(NO_WHEEL), facts(lock=NEW_DJANGO), HEALTHY),
    "package-without-wheel": Case(said(NO_WHEEL), facts(lock=NEW_DJANGO), HEALTHY),
    "locked-version-lacks-a-name": Case(
        said(
            "ImportError: cannot import name 'X' from 'django.db' "
            f"({PACKAGES}/django/db/__init__.py)"
        ),
        HEALTHY,
        facts(lock=LockFacts()),
    ),
    "locked-version-lacks-a-module": Case(
        no_module("django.tasks"), HEALTHY, facts(lock=LockFacts())
    ),
    "tool-of-the-developer": Case(
        TOOL, HEALTHY, facts(lock=replace(LOCK, modules={"x": ("debug_toolbar",)}))
    ),
    **{
        f"package-not-locked-{name}": Case(
            no_module(module), HEALTHY, facts({f"libs/{module}/__init__.py": ""})
        )
        for module, name in dependencies.DISTRIBUTIONS.items()
    },
    "package-wanted-and-not-locked": Case(
        ODD, facts(lock=replace(LOCK, wanted=("oddments",))), HEALTHY
    ),
    "package-not-locked": Case(ODD, HEALTHY, facts({"apps/oddments/__init__.py": ""})),
    "package-of-a-package-not-locked": Case(ODD, HEALTHY, facts(lock=WITH_ODD)),
}
NO_PQ = said("ImportError: no pq wrapper available.\n- couldn't import psycopg 'c'")
PSYCOPG = replace(LOCK, versions={"psycopg": "3.2"})


def absent(kind: str, name: str, words: Evidence, answer: str = "no", other: str = "yes") -> Case:
    """True if the host lacks it, false if it's there."""
    return Case(
        words,
        facts(VIEWS, answers=((kind, name, answer),)),
        facts(VIEWS, answers=((kind, name, other),)),
    )


def started(program: str) -> Evidence:
    return said(not_started(f"FileNotFoundError: [Errno 2] No such file or directory: '{program}'"))


OF_THE_SYSTEM = {
    "libpq-missing": Case(
        NO_PQ,
        facts(lock=PSYCOPG, answers=(("library", "libpq.so.5", "no"),)),
        facts(lock=PSYCOPG, answers=(("library", "libpq.so.5", "yes"),)),
    ),
    "library-missing": absent(
        "library",
        "libzbar.so.0",
        said("ImportError: libzbar.so.0: cannot open shared object file: No such file"),
    ),
    "unknown-library-missing": absent(
        "library",
        "libodd.so.3",
        said("OSError: libodd.so.3: cannot open shared object file: No such file"),
    ),
    "program-missing": absent("program", "convert", started("convert")),
    "unknown-program-missing": absent("program", "odd", started("odd")),
    "program-missing-in-a-shell": absent("program", "msgfmt", said("sh: 1: msgfmt: not found")),
    "unknown-program-missing-in-a-shell": absent("program", "odd", said("sh: 1: odd: not found")),
    "program-missing-for-django": absent(
        "program",
        "msgfmt",
        said("CommandError: Can't find msgfmt. Make sure you have GNU gettext tools 0.15"),
    ),
    "unknown-program-missing-for-django": absent(
        "program",
        "msgother",
        said("CommandError: Can't find msgother. Make sure you have GNU gettext tools 0.15"),
    ),
    "disk-full": absent(
        "free", "/srv", said("OSError: [Errno 28] No space left on device"), "12", "9000000"
    ),
    "file-in-tmp": Case(
        not_there("/tmp/words.txt"),
        facts({"lists/views.py": "open('/tmp/words.txt')"}),
        HEALTHY,
    ),
    "file-gone-with-the-boot": absent(
        "path", "/run/todo/words.txt", not_there("/run/todo/words.txt"), "missing", "regular file"
    ),
    "path-of-the-developer": Case(
        not_there("/home/ann/words.txt"), facts({"lists/views.py": "'/home/ann'"}), HEALTHY
    ),
    "writes-into-its-source": Case(
        said(f"PermissionError: [Errno 13] Permission denied: '{SOURCE}/lists/new.txt'"),
        HEALTHY,
        facts({"lists/new.txt": "#!/bin/sh\n"}),
    ),
    "broken-link": Case(
        not_there("lists/words.csv"),
        facts({"lists/words.csv": "/desk/words.csv"}, modes={"lists/words.csv": "120000"}),
        facts({"lists/words.csv": "apple"}),
    ),
    "template-missing": Case(NO_TEMPLATE, HEALTHY, facts({"lists/templates/lists/home.html": ""})),
}
NEW_SYNTAX = said(
    f'  File "{SOURCE}/lists/views.py", line 1\n    type X = int\n         ^\nSyntaxError: invalid syntax'
)
OF_THE_CODE = {
    "newer-python-syntax": absent("python", "", NEW_SYNTAX, "3.11", "3.13"),
    "newer-python-library": absent(
        "python",
        "",
        said("ImportError: cannot import name 'batched' from 'itertools' (unknown location)"),
        "3.11",
        "3.13",
    ),
    "syntax-error": Case(
        said(
            f"  File \"{SOURCE}/lists/views.py\", line 1\n    f(]\nSyntaxError: '(' was never closed"
        ),
        HEALTHY,
        facts({"lists/views.py": ""}),
    ),
    "ascii": Case(
        said(raised("UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3")),
        facts(VIEWS, environment={"LC_ALL": "C"}),
        facts({"lists/views.py": "open(x, encoding='ascii')\n"}, environment={"LC_ALL": "C"}),
    ),
    "locale-missing": absent(
        "locale",
        "de_DE.UTF-8",
        said(
            raised(
                '  File "/usr/lib/python3.11/locale.py", line 626, in setlocale\n    return _s()\n'
                "locale.Error: unsupported locale setting",
                code="setlocale(LC_ALL, 'de_DE.UTF-8')",
            )
        ),
    ),
    "no-such-application": Case(
        said("Failed to find attribute 'app' in 'todo.wsgi'."),
        facts(settings={"module": "todo.wsgi:app"}),
        facts({"todo/wsgi.py": "app = 1"}, settings={"module": "todo.wsgi:app"}),
    ),
    "logging": Case(
        said("ValueError: Unable to configure handler 'syslog'"),
        facts({"todo/settings.py": "LOGGING = {}"}),
        HEALTHY,
    ),
    "error-in-the-app": Case(said(raised("KeyError: 'x'")), HEALTHY, facts({"lists/views.py": ""})),
    "server-started-at-import": Case(
        said(" * Running on http://127.0.0.1:5000"),
        facts({"todo/wsgi.py": "app = Flask(__name__)\napp.run(port=5000)\n"}),
        facts({"todo/wsgi.py": "import subprocess\nsubprocess.run(['true'])\n"}),
    ),
    "thread-that-does-not-end": Case(
        said("10.0.0.1: no end after 600 s"),
        facts({"lists/apps.py": "threading.Thread(target=loop).start()"}),
        facts({"lists/apps.py": "threading.Thread(target=loop, daemon=True).start()"}),
    ),
}
CHANGED = said("Migrations for 'lists':\n  lists/migrations/0003_item_note.py")
MODEL = {"lists/models.py": "class Item(models.Model):\n    pass\n"}
OF_A_PACKAGE = facts({"other/models.py": ""})
NOTE = "lists/migrations/0003_item_note.py"
LEAVES = said(
    "Conflicting migrations detected; multiple leaf nodes in the migration graph: "
    "(0003_a, 0003_b in lists)."
)
ORPHAN = said(
    "Migration lists.0004_x dependencies reference nonexistent parent node ('lists', '0003_a')"
)
SCHEMA = f'  File "{PACKAGES}/django/db/backends/base/schema.py", line 1, in execute'
TITLE = facts({"lists/migrations/0003_a.py": "model_name='list', name='title'"})
CACHE = {"todo/settings.py": "CACHES = {'BACKEND': 'db.DatabaseCache', 'LOCATION': 'cache'}"}
NO_CACHE = said("django.db.utils.OperationalError: no such table: cache")
OF_THE_DATA = {
    "migration-not-committed": Case(CHANGED, facts(MODEL, untracked=(NOTE,)), facts(MODEL)),
    "migration-ignored": Case(CHANGED, facts(MODEL, ignored=(NOTE,)), facts(MODEL)),
    "migration-forgotten": Case(CHANGED, facts(MODEL), OF_A_PACKAGE),
    "migration-that-asks": Case(
        said(
            "Field 'finished' on model 'item' not migrated: it is impossible to add a non-nullable"
        ),
        facts(MODEL),
        OF_A_PACKAGE,
    ),
    "migration-that-asks-for-a-rename": Case(
        said("Was item.done renamed to item.finished (a BooleanField)? [y/N]"),
        facts(MODEL),
        OF_A_PACKAGE,
    ),
    "migration-that-asks-for-a-default": Case(
        said("It is impossible to add a non-nullable field 'finished' to item without a default"),
        facts(MODEL),
        OF_A_PACKAGE,
    ),
    "migrations-in-conflict": Case(
        LEAVES,
        facts({"lists/migrations/0003_a.py": "", "lists/migrations/0003_b.py": ""}),
        facts({"lists/migrations/0003_a.py": ""}),
    ),
    "migration-without-parent": Case(
        ORPHAN, facts(MODEL), facts({**MODEL, "lists/migrations/0003_a.py": ""})
    ),
    "migrate-not-run": Case(
        said("no such table: lists_list"), facts(settings={"migrate_commands": []}), HEALTHY
    ),
    "cache-table-missing": Case(NO_CACHE, facts(CACHE), HEALTHY),
    "old-code-breaks": Case(said("the migration breaks / of 1a2b3c4d-5e6f7a8b, which"), HEALTHY),
    "not-unique": Case(
        said(SCHEMA, "IntegrityError: UNIQUE constraint failed: lists_list.title"), TITLE, HEALTHY
    ),
    "not-unique-postgresql": Case(
        said(
            'IntegrityError: could not create unique index "lists_list_title_key"',
            "DETAIL:  Key (title)=(Groceries) is duplicated.",
        ),
        TITLE,
        HEALTHY,
    ),
    "no-value-for-old-rows": Case(
        said(SCHEMA, "IntegrityError: NOT NULL constraint failed: new__lists_list.title"),
        TITLE,
        HEALTHY,
    ),
    "data-migration-fails": Case(
        said(raised("KeyError: 'Groceries'", file=f"{SOURCE}/{NOTE}")),
        facts({NOTE: PLAIN}),
        HEALTHY,
    ),
    "sqlite-locked": Case(
        said("django.db.utils.OperationalError: database is locked"),
        HEALTHY,
        facts({"todo/settings.py": "'init_command': 'PRAGMA journal_mode=WAL'"}),
    ),
    "database-lacks-something": Case(NO_CACHE, HEALTHY, facts(CACHE)),
}
NO_VARIABLE = said("ImproperlyConfigured: Set the SIZE environment variable")
NOT_IN_ENVIRON = said("os.py\", line 1, in __getitem__\n    raise\nKeyError: 'SIZE'")
SIZE = facts(environment={"SIZE": "1"})
COLLECTING = "in collect\nPermissionError: [Errno 13] Permission denied: "
OF_THE_SETTINGS = {
    "variable-unset": Case(NO_VARIABLE, HEALTHY, SIZE),
    "variable-unset-in-environ": Case(NOT_IN_ENVIRON, HEALTHY, SIZE),
    "debug-on-by-environment": Case(
        said("DEBUG is on in todo.settings"), facts(environment={"DEBUG": "1"}), HEALTHY
    ),
    "debug-on": Case(said("DEBUG is on in todo.settings"), HEALTHY),
    "secret-key-in-code": Case(said("SECRET_KEY is not taken from the environment"), HEALTHY),
    "database-url-relative": Case(
        NO_DATABASE, facts(environment={"DATABASE_URL": "sqlite:///db.sqlite3"}), HEALTHY
    ),
    "database-url-elsewhere": Case(
        NO_DATABASE, facts(environment={"DATABASE_URL": "sqlite:////var/db.sqlite3"}), HEALTHY
    ),
    "database-beside-the-code": Case(
        NO_DATABASE,
        facts({"todo/settings.py": '"NAME": BASE_DIR / "x"'}, answers=(("free", "/srv", "9000"),)),
        facts({"todo/settings.py": '"NAME": BASE_DIR / "x"'}, answers=(("free", "/srv", "0"),)),
    ),
    "database-outside": Case(
        said("the database 'default', /srv/a.db, is outside of /srv/todo/shared, which"), HEALTHY
    ),
    "media-in-release": Case(said("MEDIA_ROOT /srv/x is inside the release"), HEALTHY),
    "media-outside": Case(said("MEDIA_ROOT /srv/x is outside of"), HEALTHY),
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
        said("Invalid HTTP_HOST header: 'todo.test'. You may need to add 'todo.test'"),
        HEALTHY,
        replace(HEALTHY, domain="shop.test"),
    ),
    "proxy-header-not-read": Case(said("SECURE_PROXY_SSL_HEADER is not set"), HEALTHY),
    "https-without-certificate": Case(
        said("CSRF_COOKIE_SECURE is on, and todo.test has no certificate"), HEALTHY
    ),
    "origin-refused": Case(
        said("Forbidden (Origin checking failed - https://todo.test does not match any)"),
        HEALTHY,
        replace(HEALTHY, domain="shop.test"),
    ),
    "csrf-cookie-not-sent": Case(
        said("Forbidden (CSRF cookie not set.): /"),
        facts({"todo/settings.py": "CSRF_COOKIE_DOMAIN = 'x'"}),
        HEALTHY,
    ),
    "time-zone": Case(said("the page says 12:00, and not in which time zone"), HEALTHY),
}
NO_NAME = said('connection failed: could not translate host name "db" to address')
UNNAMED = said("socket.gaierror: [Errno -2] Name or service not known")
AT_DB = {"DATABASE_URL": "postgres://todo@db:5432/todo"}
COMPOSE = {"docker-compose.yml": "services:\n  db:\n    image: postgres\n"}
KNOWN, UNKNOWN = (("resolves", "db", "yes"),), (("resolves", "db", "no"),)
SMTP = said(
    raised(
        "ConnectionRefusedError: [Errno 111] Connection refused", "/usr/lib/python3.11/smtplib.py"
    )
)


def refused(port: int) -> Evidence:
    return said(f"Error 111 connecting to localhost:{port}. Connection refused.")


OF_NEIGHBOURS = {
    "no-mail-server": absent("port", "25", SMTP),
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
NOT_FOUND = said("returned error: 404\nNot Found: /about")
TIMEOUT = f"[CRITICAL] WORKER TIMEOUT (pid:1)\n{raised('SystemExit: 1')}"
OF_SERVING = {
    "collectstatic-not-run": Case(NO_STATIC, facts(settings={"release_commands": []}), HEALTHY),
    "static-file-missing": Case(NO_STATIC, HEALTHY, facts({"lists/static/lists/a.css": ""})),
    "static-file-missing-in-css": Case(
        said("The file 'lists/a.png' could not be found with <x>"),
        HEALTHY,
        facts({"lists/static/lists/a.png": ""}),
    ),
    "upload-limit": Case(
        {"nginx": "client intended to send too large body: 2097152 bytes"},
        facts(settings={"upload_limit": "1m"}),
        facts(settings={"upload_limit": "10m"}),
    ),
    "hard-coded-localhost": Case(
        said("http://localhost:8000/health - Failed: net::ERR_CONNECTION_REFUSED"),
        facts({"lists/static/a.js": "fetch('http://localhost:8000/health')"}),
        HEALTHY,
    ),
    "redirect-to-localhost": Case(
        said("net::ERR_CONNECTION_REFUSED at http://127.0.0.1:8000/"),
        facts({"lists/views.py": "redirect('http://127.0.0.1:8000/')"}),
        HEALTHY,
    ),
    "error-page-broken": Case(
        said("x.py:67: in test_debug_is_off\n    assert x\nE   assert 500 == 404"),
        facts({"lists/templates/404.html": ""}),
        HEALTHY,
    ),
    "out-of-memory": Case(
        said("A process of this unit has been killed by the OOM killer."),
        facts(settings={"memory_max": "300M"}),
        HEALTHY,
    ),
    "out-of-the-hosts-memory": Case(
        said("Failed with result 'oom-kill'"), HEALTHY, facts(settings={"memory_max": "300M"})
    ),
    "slow-start": Case(
        said("health check: curl: (28) Operation timed out"),
        HEALTHY,
        facts({"todo/wsgi.py": "app = Flask(__name__)\napp.run()\n"}),
    ),
    "request-timeout": Case(said(TIMEOUT), HEALTHY, facts({"lists/views.py": ""})),
    "health-path-missing": Case(NOT_FOUND, facts(settings={"health_path": "/about"}), HEALTHY),
    "check-path-missing": Case(NOT_FOUND, facts(settings={"check_paths": ["/about"]}), HEALTHY),
    "health-path-redirects": Case(
        said("E  assert 302 == 200\nFAILED tests/host/test_x.py::test_health_path_answers"), HEALTHY
    ),
    "state-in-one-process": Case(said("E   AssertionError: workers answer differently"), HEALTHY),
    "state-in-one-process-by-dead-ends": Case(
        {"dead ends": "POST /lists/6/delete 404", "step": "FAILED x"},
        HEALTHY,
        facts(settings={"workers": 1}),
    ),
}
CASES = {
    **FILES,
    **OF_THE_LOCK,
    **OF_THE_SYSTEM,
    **OF_THE_CODE,
    **OF_THE_DATA,
    **OF_THE_SETTINGS,
    **OF_NEIGHBOURS,
    **OF_SERVING,
}
