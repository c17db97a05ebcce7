"""What keeps an app from being ready: it runs where it should only be imported."""

import ast
import re
from collections.abc import Iterator

from understudy.diagnosis.causes.checks import setting
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds


def _calls_at_import(text: str, method: str) -> Iterator[int]:
    """Lines where a module calls something's method as soon as it is imported."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            called = statement.value.func
            if not isinstance(called, ast.Attribute) or called.attr != method:
                continue
            if _is_an_app(ast.unparse(called.value), text):
                yield statement.lineno


def _is_an_app(name: str, text: str) -> bool:
    """subprocess.run() and the like are no servers."""
    made = rf"^{re.escape(name)}\s*=\s*(?:\w+\.)?(?:Flask|Quart|Bottle|Dash|Sanic|create_app)\("
    return name == "uvicorn" or re.search(made, text, re.MULTILINE) is not None


def runs_a_server(groups: Groups, facts: KnownFacts) -> Finding | None:
    """A file of the commit that calls app.run() at import, the one that is served first."""
    if facts.commit is None:
        return holds(None)
    module = str(facts.settings.get("module", "")).partition(":")[0].replace(".", "/")
    for path in sorted(facts.commit.texts, key=lambda path: path != f"{module}.py"):
        if path.endswith(".py"):
            for line in _calls_at_import(facts.commit.texts[path], "run"):
                return holds(True, file=path, line=str(line))
    return None


_FOR_WSGI = ("sync", "gthread", "gevent", "eventlet", "tornado")

RULES: tuple[Rule, ...] = (
    Rule(
        "wsgi-served-as-asgi",
        (
            Clue(
                "said",
                r"TypeError: .*__call__\(\) takes 3 positional arguments but 4 were given",
            ),
        ),
        "app.worker_class {app.worker_class} is for ASGI, and app.module is a WSGI application",
        "Name an ASGI application in app.module, or remove worker_class from deploy.yml.",
        (setting("worker_class", lambda kind, groups: kind not in _FOR_WSGI),),
    ),
    Rule(
        "asgi-served-as-wsgi",
        (
            Clue(
                "said",
                r"TypeError: .*__call__\(\) missing 1 required positional argument: 'send'",
            ),
        ),
        "app.worker_class {app.worker_class} is for WSGI, and app.module is an ASGI application",
        "Set `worker_class: asgi` under app in deploy.yml.",
        (setting("worker_class", lambda kind, groups: kind in _FOR_WSGI),),
    ),
    Rule(
        "server-started-at-import",
        (
            Clue(
                "said",
                r"Running on https?://|Serving Flask app|curl: \((?:7|28)\)|WORKER TIMEOUT"
                r"|Address already in use",
            ),
        ),
        "{file} line {line} runs a server of its own as soon as it is imported, so gunicorn's never "
        "answers",
        'Run it only if the file itself is started: if __name__ == "__main__": app.run()',
        (runs_a_server,),
    ),
)
