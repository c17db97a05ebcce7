"""Cases of rules: the code, and how it starts."""

from tests.unit.cause_cases.base import HEALTHY, SOURCE, VIEWS, Case, absent, facts, raised, said

NEW_SYNTAX = said(
    f'  File "{SOURCE}/lists/views.py", line 1\n    type X = int\n         ^\nSyntaxError: invalid syntax'
)
CASES = {
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
    "wsgi-served-as-asgi": Case(
        said("TypeError: WSGIHandler.__call__() takes 3 positional arguments but 4 were given"),
        facts(settings={"worker_class": "asgi"}),
        facts(settings={"worker_class": "sync"}),
    ),
    "asgi-served-as-wsgi": Case(
        said("TypeError: FastAPI.__call__() missing 1 required positional argument: 'send'"),
        facts(settings={"worker_class": "sync"}),
        facts(settings={"worker_class": "asgi"}),
    ),
    "thread-keeps-a-command": Case(
        said(
            "understudy: thread Thread-1 (loop) still runs at lists/apps.py:9 in loop after "
            "`python manage.py migrate` has returned"
        ),
        HEALTHY,
    ),
    "asks-for-input": Case(
        said(raised("EOFError: EOF when reading a line", code='input("which one? ")')),
        HEALTHY,
        facts(),
    ),
    "command-without-end": Case(
        said(
            "understudy: `python manage.py migrate` has not ended after 60 s (app.command_timeout)"
        ),
        HEALTHY,
    ),
}
